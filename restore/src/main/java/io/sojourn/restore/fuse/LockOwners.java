package io.sojourn.restore.fuse;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may have record locks on what. The kernel tells of each close(2), because that ends them;
 * home need hear only of those that have any.
 */
final class LockOwners {
  private record Owned(long node, long owner) {}

  private final Set<Owned> owned = ConcurrentHashMap.newKeySet();

  void locks(long node, long owner) {
    owned.add(new Owned(node, owner));
  }

  /** Whether there may be something to release. */
  boolean release(long node, long owner) {
    return owned.remove(new Owned(node, owner));
  }
}
