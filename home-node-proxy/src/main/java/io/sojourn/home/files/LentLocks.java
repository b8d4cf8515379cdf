package io.sojourn.home.files;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.LockCalls;
import io.sojourn.engine.files.Statx;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Locks of a guest's that a process of home holds in its place. A record lock belongs to a process,
 * and the kernel cannot give it to another: so it stays where it is until the guest changes it.
 * Locks of an open file, flock(2)'s among them, are shared by all who have that file open: here is
 * a duplicate of it.
 */
final class LentLocks {
  private final HeldFiles held;

  /** Record locks that were granted without being taken, by file and owner. */
  private final Map<Node, Map<Long, Set<LockCalls.Range>>> lent = new HashMap<>();

  private final Map<Long, SharedDescriptor> openFiles = new HashMap<>();
  private final Set<Integer> taken = new HashSet<>();

  LentLocks(HeldFiles held) {
    this.held = held;
  }

  /**
   * Grants a lock that is refused because of one that is held in the guest's place.
   *
   * @param inTheWay what {@link LockCalls#test} has found
   */
  synchronized boolean grant(
      Node node, long owner, LockCalls.Range range, LockCalls.Range inTheWay) {
    if (!grants(inTheWay, range)) return false;
    lent.computeIfAbsent(node, any -> new HashMap<>())
        .computeIfAbsent(owner, any -> new HashSet<>())
        .add(range);
    return true;
  }

  /** Whether it would be granted so. */
  boolean grants(LockCalls.Range inTheWay, LockCalls.Range range) {
    return held.process() != 0 && inTheWay.pid() == held.process() && covers(inTheWay, range);
  }

  private static boolean covers(LockCalls.Range wide, LockCalls.Range narrow) {
    boolean enough = wide.type() == LockCalls.F_WRLCK || narrow.type() == LockCalls.F_RDLCK;
    return enough && wide.start() <= narrow.start() && end(narrow) <= end(wide);
  }

  private static long end(LockCalls.Range range) {
    return range.length() == 0 ? Long.MAX_VALUE : range.start() + range.length() - 1;
  }

  /** Whether something that the owner holds here is lent. */
  synchronized boolean has(Node node, long owner) {
    return lent.getOrDefault(node, Map.of()).containsKey(owner);
  }

  /**
   * The guest takes what was lent on a file, since it is about to change it.
   *
   * @param keep whether it is to have the same first; otherwise it lets go of it
   */
  synchronized void take(Node node, long owner, int descriptor, boolean keep) {
    Map<Long, Set<LockCalls.Range>> owners = lent.get(node);
    Set<LockCalls.Range> ranges = owners == null ? null : owners.remove(owner);
    if (ranges == null || owners == null) return;
    if (owners.isEmpty()) lent.remove(node);
    for (int number : held.locked()) if (isOf(node, number)) giveUp(number);
    // At once: who waits for them has to be woken first.
    if (keep) for (LockCalls.Range range : ranges) LockCalls.set(descriptor, range, false);
  }

  synchronized Set<Node> nodes() {
    return Set.copyOf(lent.keySet());
  }

  synchronized Set<Long> owners(Node node) {
    return Set.copyOf(lent.getOrDefault(node, Map.of()).keySet());
  }

  private void giveUp(int number) {
    try {
      held.close(number);
    } catch (IOException gone) {
      // Its locks are gone with it.
    }
  }

  private boolean isOf(Node node, int number) {
    int fd = duplicate(number);
    if (fd < 0) return false;
    try {
      return same(node, fd);
    } finally {
      FileCalls.close(fd);
    }
  }

  private static boolean same(Node node, int fd) {
    Statx status = FileCalls.stat(fd);
    return status != null
        && status.device() == node.key().device()
        && status.inode() == node.key().inode();
  }

  private int duplicate(int number) {
    try {
      return held.duplicate(number);
    } catch (IOException gone) {
      return -1;
    }
  }

  /** The open file at home whose lock a guest's open file has; null where it has its own. */
  synchronized @Nullable SharedDescriptor of(Handle handle) {
    return openFiles.get(handle.id());
  }

  /**
   * Finds the open file at home with which this one of the guest's is the same, by a lock that only
   * it can have.
   *
   * @param operation of flock(2), not waiting
   */
  synchronized boolean find(Handle handle, int operation) {
    for (int number : held.locked()) {
      if (taken.contains(number)) continue;
      int fd = duplicate(number);
      if (fd < 0) continue;
      if (same(handle.node(), fd) && LockCalls.flock(fd, operation) == 0) {
        taken.add(number);
        openFiles.put(handle.id(), new SharedDescriptor(fd));
        return true;
      }
      FileCalls.close(fd);
    }
    return false;
  }

  /** The guest has closed the file. */
  synchronized void closed(long handle) {
    SharedDescriptor descriptor = openFiles.remove(handle);
    if (descriptor == null) return;
    try (SharedDescriptor.Use use = descriptor.use()) {
      LockCalls.flock(use.fd(), LockCalls.LOCK_UN);
    } catch (Refused impossible) {
      throw new AssertionError(impossible);
    }
    descriptor.giveUp();
  }

  synchronized List<SharedDescriptor> openFiles() {
    return List.copyOf(openFiles.values());
  }

  synchronized void close() {
    openFiles.values().forEach(SharedDescriptor::giveUp);
    openFiles.clear();
  }
}
