package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Change;
import io.sojourn.protocol.files.Rename;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names that do not exist, in directories that home watches: those that the task itself has
 * removed, and in a directory all of whose names home has told, all others. So it stays until the
 * task makes something or home tells of a change. The kernel looks a name up before it creates it,
 * and a class path in each of its directories.
 *
 * <p>A renamed file's old name is not among them: where both names are one file, rename(2) changes
 * nothing. Home gives no directory's number twice, so what is kept of one that is forgotten is
 * never asked for.
 */
final class MissingNames {
  /** Of names, and of directories in which something was looked for in vain. */
  private static final int MOST = 20_000, MOST_DIRECTORIES = 2_000;

  /** Longer ones are wrong, and home says how. */
  private static final int LONGEST = 255;

  /** Looked for in vain so often, all names are worth a question; and again each time twice so. */
  private static final int MANY = 4;

  private static final class Directory {
    /** Those that there may be, where {@link #whole}; else those that there are not. */
    private Set<ByteString> names = new HashSet<>();

    private boolean whole;
    private int inVain;

    boolean lacks(ByteString name) {
      return whole != names.contains(name);
    }

    boolean worthAQuestion() {
      return !whole && inVain >= MANY && Integer.bitCount(inVain) == 1;
    }
  }

  private final Map<Long, Directory> directories = new HashMap<>();
  private int count;

  /** A call is about to go to home: it may make a name. */
  synchronized void begins(Pending asked) {
    switch (asked.draft().getCallCase()) {
      case CREATE, SYMLINK, MAKE_NODE, MAKE_DIRECTORY, LINK -> mayBe(asked.node(), asked.name());
      case RENAME -> {
        Rename call = asked.draft().getRename();
        mayBe(call.getNewDirectory(), call.getNewName());
        // They may be exchanged.
        mayBe(asked.node(), call.getName());
      }
      case LOOKUP -> {
        Directory directory = directories.get(asked.node());
        if (directory != null && directory.worthAQuestion()) asked.draft().setTellNames(true);
      }
      default -> {}
    }
  }

  /**
   * Home has answered; the kernel has not heard of it and keeps others out of the directory.
   *
   * @param heard the last invalidation that has arrived: what home did before it may be undone
   */
  synchronized void ended(Pending asked, Answer answer, long heard) {
    boolean known = answer.getWatched() && answer.getAsOf() >= heard;
    ByteString removed = removed(asked);
    if (removed != null && answer.getErrno() == 0 && known) isNot(asked.node(), removed);
    if (asked.opcode() != Opcode.LOOKUP || answer.getErrno() != ErrorNumber.ENOENT) return;
    Directory directory = directory(asked.node());
    directory.inVain++;
    if (!answer.hasNames() || !known) return;
    count -= directory.names.size();
    directory.names = new HashSet<>(answer.getNames().getNamesList());
    directory.whole = true;
    count(directory.names.size());
  }

  private static @Nullable ByteString removed(Pending asked) {
    return switch (asked.draft().getCallCase()) {
      case UNLINK -> asked.draft().getUnlink();
      case REMOVE_DIRECTORY -> asked.draft().getRemoveDirectory();
      default -> null;
    };
  }

  /** Others have changed something at home. */
  synchronized void changed(List<Change> changes) {
    for (Change change : changes)
      if (change.getNode() == 0) clear();
      else if (!change.getName().isEmpty()) mayBe(change.getNode(), change.getName());
  }

  /**
   * The answer to a lookup; null where home must be asked.
   *
   * @param heard the last invalidation that had arrived before this was asked
   */
  synchronized @Nullable Answer lookup(Pending asked, long heard) {
    Directory directory = directories.get(asked.node());
    if (directory == null || asked.name().size() > LONGEST || !directory.lacks(asked.name()))
      return null;
    return Answer.newBuilder().setErrno(ErrorNumber.ENOENT).setAsOf(heard).setWatched(true).build();
  }

  private void mayBe(long number, ByteString name) {
    Directory directory = directories.get(number);
    if (directory == null) return;
    if (directory.whole) {
      if (directory.names.add(name)) count(1);
    } else if (directory.names.remove(name)) count--;
  }

  private void isNot(long number, ByteString name) {
    Directory directory = directory(number);
    if (directory.whole) {
      if (directory.names.remove(name)) count--;
    } else if (directory.names.add(name)) count(1);
  }

  private Directory directory(long number) {
    if (directories.size() >= MOST_DIRECTORIES && !directories.containsKey(number)) clear();
    return directories.computeIfAbsent(number, any -> new Directory());
  }

  private void count(int more) {
    count += more;
    if (count > MOST) clear();
  }

  private void clear() {
    directories.clear();
    count = 0;
  }
}
