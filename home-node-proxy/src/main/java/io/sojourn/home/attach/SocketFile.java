package io.sojourn.home.attach;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.files.ThreadIdentity;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file of a VM's attach socket, /tmp/.java_pidN. It is bound with ".tmp" at its end and renamed
 * when it listens.
 *
 * @param process N: as the VM knows itself
 */
record SocketFile(int process, long device, long inode) {
  private static final Pattern AS_BOUND = Pattern.compile("\\.java_pid([1-9][0-9]{0,8})\\.tmp");

  /** Where HotSpot makes it, whatever java.io.tmpdir says. */
  private static final String DIRECTORY = "/tmp";

  /** Whose attach socket one that is bound by this name will be; 0: none. */
  static int processOf(byte[] name) {
    Matcher matcher = AS_BOUND.matcher(new String(name, StandardCharsets.ISO_8859_1));
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  /** One that was just bound; null where it is gone already. */
  static @Nullable SocketFile bound(int directory, byte[] name) {
    Statx status = FileCalls.child(directory, name);
    return status == null ? null : new SocketFile(processOf(name), status.device(), status.inode());
  }

  /** Nobody listens there any more. */
  void remove() {
    removeIf(process, status -> status.device() == device && status.inode() == inode);
  }

  /** The same, of whoever has made it. */
  static void removeFormer(int process, ThreadIdentity user) {
    removeIf(process, status -> status.uid() == user.uid());
  }

  private static void removeIf(int process, Predicate<Statx> own) {
    int directory = FileCalls.directory(DIRECTORY);
    if (directory < 0) return;
    try {
      for (String end : List.of("", ".tmp")) {
        byte[] name = (".java_pid" + process + end).getBytes(StandardCharsets.US_ASCII);
        Statx status = FileCalls.child(directory, name);
        if (status != null && status.type() == Statx.S_IFSOCK && own.test(status))
          FileCalls.unlink(directory, name, 0);
      }
    } finally {
      FileCalls.close(directory);
    }
  }
}
