package io.sojourn.node.daemon;

import io.sojourn.engine.network.GroupLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The locks that this daemon places on connections among tasks. */
final class GroupLocks {
  private final String owner;
  private final AtomicLong numbers = new AtomicLong();

  /**
   * @param runDirectory of the daemon: no other has it
   */
  GroupLocks(Path runDirectory) {
    owner = Integer.toHexString(runDirectory.toAbsolutePath().toString().hashCode());
  }

  GroupLock prepare(Duration fades) {
    return GroupLock.prepare(owner, numbers.incrementAndGet(), fades);
  }

  void sweep() {
    GroupLock.sweep(owner);
  }
}
