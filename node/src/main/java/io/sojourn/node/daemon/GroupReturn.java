package io.sojourn.node.daemon;

import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.network.GroupLock;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.Rendezvous;
import io.sojourn.restore.Company;

/**
 * One restore of several tasks. Nothing passes between them until all run: what one sent to another
 * that is not there yet would be answered by a reset.
 */
final class GroupReturn {
  private final GroupLock lock;
  private final Rendezvous rendezvous;
  private final long startNanos = Clock.monotonicNanos();
  private long checkedNanos;
  private long standingNanos;
  private long runningNanos;

  GroupReturn(int tasks, GroupLock lock) {
    this.lock = lock;
    this.rendezvous = new Rendezvous(tasks);
  }

  Rendezvous rendezvous() {
    return rendezvous;
  }

  Company member(String task) {
    return new Company() {
      @Override
      public void checked() {
        rendezvous.await(task, () -> checkedNanos = Clock.monotonicNanos());
      }

      @Override
      public void standing() {
        rendezvous.await(task, () -> standingNanos = Clock.monotonicNanos());
      }

      @Override
      public void running() {
        rendezvous.await(task, GroupReturn.this::open);
      }
    };
  }

  private void open() {
    lock.open();
    runningNanos = Clock.monotonicNanos();
  }

  void report(Report report) {
    report.finished("preflight", (checkedNanos - startNanos) / 1e6);
    report.finished("restore", (standingNanos - checkedNanos) / 1e6);
    report.finished("resume", (runningNanos - standingNanos) / 1e6);
  }
}
