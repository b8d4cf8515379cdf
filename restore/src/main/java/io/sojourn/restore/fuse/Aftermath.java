package io.sojourn.restore.fuse;

import io.sojourn.protocol.files.Answer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attributes of directories, as the call that changed them left them. After a name was made or
 * removed the kernel takes all it knows of the directory for old, and asks at the next look into
 * it: that need not go to home (as NFS answers with a directory's attributes, RFC 1813, 2.6). What
 * is kept is good once, and until the next call in the directory.
 */
final class Aftermath {
  private static final int MOST = 1000;

  /** Calls under way in one directory. */
  private static final class Calls {
    private int underWay;

    /** Which of several has come last, nobody knows. */
    private boolean mixed;
  }

  private final Map<Long, Answer> known = new HashMap<>();
  private final Map<Long, Calls> calls = new HashMap<>();

  /** A call other than one that only looks is about to go to home. */
  synchronized void begins(Pending asked) {
    switch (asked.opcode()) {
      case Opcode.LOOKUP, Opcode.GETATTR, Opcode.FORGET, Opcode.BATCH_FORGET -> {}
      case Opcode.READ, Opcode.WRITE, Opcode.OPEN, Opcode.RELEASE, Opcode.FLUSH, Opcode.FSYNC -> {}
      default -> {
        if (isOfNames(asked)) known.remove(asked.node());
        else known.clear();
      }
    }
    if (!isOfNames(asked)) return;
    Calls here = calls.computeIfAbsent(asked.node(), any -> new Calls());
    here.mixed |= here.underWay++ > 0;
  }

  private static boolean isOfNames(Pending asked) {
    return switch (asked.opcode()) {
      case Opcode.CREATE,
          Opcode.TMPFILE,
          Opcode.MKNOD,
          Opcode.SYMLINK,
          Opcode.UNLINK,
          Opcode.MKDIR,
          Opcode.RMDIR ->
          true;
      default -> false;
    };
  }

  /** Home has answered, or never will. */
  synchronized void ended(Pending asked, Answer answer) {
    if (!isOfNames(asked)) return;
    Calls here = calls.get(asked.node());
    if (here == null || --here.underWay > 0) return;
    calls.remove(asked.node());
    if (here.mixed || !answer.hasDirectory()) return;
    if (known.size() >= MOST) known.clear();
    known.put(
        asked.node(),
        Answer.newBuilder().setAttributes(answer.getDirectory()).setAsOf(answer.getAsOf()).build());
  }

  /**
   * The answer to a question for a directory's attributes; null where home must be asked.
   *
   * @param heard the last invalidation that has arrived: what is older may be otherwise now
   */
  synchronized @Nullable Answer attributes(long directory, long heard) {
    Answer kept = known.remove(directory);
    if (kept == null || calls.containsKey(directory) || kept.getAsOf() < heard) return null;
    return kept;
  }
}
