package io.sojourn.engine.criu;

import io.sojourn.engine.linux.Proc;
import java.util.ArrayList;
import java.util.List;

/**
 * CRIU's command line for a task of another user. CRIU reads its limits by prlimit(2), which takes
 * CAP_SYS_RESOURCE, or the task's uid and gid as one's own real ones (check_prlimit_permission in
 * the kernel's sys.c). Containers lack the former as a rule; so CRIU gets the latter, and remains
 * root by its effective ones. Its wrapper is a shell that keeps them (sh -p).
 */
public final class CriuCommand {
  private CriuCommand() {}

  /** Whether CRIU can read the limits of these processes, of which the first is the task's. */
  public static boolean readsLimits(int first, int process) {
    if (Proc.capable(Proc.CAP_SYS_RESOURCE)) return true;
    int[] owner = Proc.owner(first);
    return Proc.identities(process).stream()
        .allMatch(one -> one[0] == owner[0] && one[1] == owner[1]);
  }

  public static List<String> of(List<String> criu, int task) {
    int[] owner = Proc.owner(task), ours = Proc.owner((int) ProcessHandle.current().pid());
    boolean same = owner[0] == ours[0] && owner[1] == ours[1];
    if (same || Proc.capable(Proc.CAP_SYS_RESOURCE)) return criu;
    List<String> command = new ArrayList<>(List.of("setpriv", "--clear-groups"));
    command.addAll(List.of("--ruid", "" + owner[0], "--rgid", "" + owner[1]));
    command.addAll(criu);
    return command;
  }
}
