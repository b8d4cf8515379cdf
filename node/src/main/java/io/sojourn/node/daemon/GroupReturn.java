package io.sojourn.node.daemon;

import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.network.GroupLock;
import io.sojourn.engine.network.Relocation;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.Exchange;
import io.sojourn.node.group.Rendezvous;
import io.sojourn.restore.Company;

/**
 * One restore of several tasks. Nothing passes between them until all run: what one sent to another
 * that is not there yet would be answered by a reset. Those of other nodes come to each step at the
 * same time.
 */
final class GroupReturn {
  private final GroupLock lock;
  private final Exchange others;
  private final Rendezvous rendezvous;
  private final long startNanos = Clock.monotonicNanos();
  private long checkedNanos;
  private long standingNanos;
  private long runningNanos;

  /**
   * @param others nodes
   */
  GroupReturn(int tasks, GroupLock lock, Exchange others) {
    this.lock = lock;
    this.others = others;
    this.rendezvous = new Rendezvous(tasks);
  }

  Rendezvous rendezvous() {
    return rendezvous;
  }

  /**
   * @param relocation what the addresses of its sockets are here
   */
  Company member(String task, Relocation relocation) {
    return new Company() {
      @Override
      public Relocation relocation() {
        return relocation;
      }

      @Override
      public void checked() {
        rendezvous.await(task, GroupReturn.this::checked);
      }

      @Override
      public void standing() {
        rendezvous.await(task, GroupReturn.this::standing);
      }

      @Override
      public void running() {
        rendezvous.await(task, GroupReturn.this::open);
      }
    };
  }

  /** Of a node that has none of the tasks. */
  void nobody() {
    checked();
    standing();
    open();
  }

  private void checked() {
    others.exchange(GroupWords.DONE);
    checkedNanos = Clock.monotonicNanos();
  }

  private void standing() {
    others.exchange(GroupWords.DONE);
    standingNanos = Clock.monotonicNanos();
  }

  private void open() {
    others.exchange(GroupWords.DONE);
    lock.open();
    runningNanos = Clock.monotonicNanos();
  }

  void report(Report report) {
    report.finished("preflight", (checkedNanos - startNanos) / 1e6);
    report.finished("restore", (standingNanos - checkedNanos) / 1e6);
    report.finished("resume", (runningNanos - standingNanos) / 1e6);
  }
}
