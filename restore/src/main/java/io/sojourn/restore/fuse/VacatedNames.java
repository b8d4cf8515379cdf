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
 * Names that the task itself has removed, in directories that home watches: there is nothing of
 * such a name until the task makes something or home tells of a change. The kernel does not
 * remember that, and looks such a name up before it creates it again, as it does with lock files
 * and drafts.
 *
 * <p>A renamed file's old name is not among them: where both names are one file, rename(2) changes
 * nothing. Home gives no directory's number twice, so what is kept of one that is forgotten is
 * never asked for.
 */
final class VacatedNames {
  private static final int MOST = 10_000;

  private final Map<Long, Set<ByteString>> names = new HashMap<>();
  private int count;

  /** A call that may make a name is about to go to home. */
  synchronized void begins(Pending asked) {
    switch (asked.draft().getCallCase()) {
      case CREATE, SYMLINK, MAKE_NODE, MAKE_DIRECTORY, LINK -> remove(asked.node(), asked.name());
      case RENAME -> {
        Rename call = asked.draft().getRename();
        remove(call.getNewDirectory(), call.getNewName());
        // They may be exchanged.
        remove(asked.node(), call.getName());
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
    ByteString name = removed(asked);
    if (name == null || answer.getErrno() != 0 || !answer.getWatched()) return;
    if (answer.getAsOf() < heard) return;
    if (count >= MOST) clear();
    if (names.computeIfAbsent(asked.node(), any -> new HashSet<>()).add(name)) count++;
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
      else if (!change.getName().isEmpty()) remove(change.getNode(), change.getName());
  }

  /**
   * The answer to a lookup; null where home must be asked.
   *
   * @param heard the last invalidation that had arrived before this was asked
   */
  synchronized @Nullable Answer lookup(Pending asked, long heard) {
    Set<ByteString> here = names.get(asked.node());
    if (here == null || !here.contains(asked.name())) return null;
    return Answer.newBuilder().setErrno(ErrorNumber.ENOENT).setAsOf(heard).setWatched(true).build();
  }

  private void remove(long directory, ByteString name) {
    Set<ByteString> here = names.get(directory);
    if (here == null || !here.remove(name)) return;
    count--;
    if (here.isEmpty()) names.remove(directory);
  }

  private void clear() {
    names.clear();
    count = 0;
  }
}
