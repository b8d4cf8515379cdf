package io.sojourn.node.move;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.LockCalls;
import io.sojourn.home.deputy.Deputy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock on a JVM's counters, /tmp/hsperfdata_USER/PID. To other JVMs that start it says that
 * this one lives, also where they see no process of its number, in another pid namespace: without
 * it they remove the file. The JVM has it by a mapping alone, and no image knows of it; so a task's
 * deputy has it in its place. See os/posix/perfMemory_posix.cpp of the JDK.
 */
final class CountersLock {
  private static final Logger log = LoggerFactory.getLogger(CountersLock.class);

  private CountersLock() {}

  /** Its deputy takes it, unless somebody has it. Does not wait. */
  static void give(Deputy deputy, String file) {
    int opened = LockCalls.openLocked(file);
    if (opened < 0) return;
    deputy
        .take(opened)
        .whenComplete(
            (number, refused) -> {
              FileCalls.close(opened);
              if (refused != null) log.warn("{} is locked by nobody: {}", file, "" + refused);
            });
  }
}
