package io.sojourn.engine.criu;

import io.sojourn.engine.linux.Proc;
import io.sojourn.protocol.criu.CriuOpts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CRIU's command line for a task of another user. CRIU reads its limits by prlimit(2), which takes
 * CAP_SYS_RESOURCE, or the task's uid and gid as one's own real ones (check_prlimit_permission in
 * the kernel's sys.c). Containers lack the former as a rule; so CRIU gets the latter, and remains
 * root by its effective ones. Its wrapper is a shell that keeps them (sh -p).
 *
 * <p>Such a CRIU cannot find out about the kernel: for nftables it asks libnftables, and libxtables
 * in there ends a process whose real uid is not its effective one, with status 111 (xtables_init).
 * So it must have been found out before ({@link KerndatCache}), and be in a place that nobody else
 * empties: an "unprivileged" CRIU looks in XDG_RUNTIME_DIR. It does not dump control groups then,
 * which are none of a task's.
 *
 * @param words up to CRIU's own
 * @param asUser whether it runs with the task's uid
 */
public record CriuCommand(List<String> words, boolean asUser) {
  /** Whether CRIU can read the limits of these processes, of which the first is the task's. */
  public static boolean readsLimits(int first, int process) {
    if (Proc.capable(Proc.CAP_SYS_RESOURCE)) return true;
    int[] owner = Proc.owner(first);
    return Proc.identities(process).stream()
        .allMatch(one -> one[0] == owner[0] && one[1] == owner[1]);
  }

  /**
   * For a task.
   *
   * @param kerndat the directory of a {@link KerndatCache}'s copy, as CRIU sees it
   */
  public static CriuCommand of(List<String> criu, int task, Path kerndat) {
    int[] owner = Proc.owner(task), ours = Proc.owner((int) ProcessHandle.current().pid());
    boolean same = owner[0] == ours[0] && owner[1] == ours[1];
    if (same || Proc.capable(Proc.CAP_SYS_RESOURCE)) return new CriuCommand(criu, false);
    List<String> command = new ArrayList<>(List.of("XDG_RUNTIME_DIR=" + kerndat));
    command.addAll(List.of("setpriv", "--clear-groups"));
    command.addAll(List.of("--ruid", "" + owner[0], "--rgid", "" + owner[1]));
    command.addAll(criu);
    return new CriuCommand(command, true);
  }

  /** What it is to be asked for, with what goes with the way in which it runs. */
  public CriuOpts asked(CriuOpts options) {
    return asUser ? options.toBuilder().setUnprivileged(true).build() : options;
  }
}
