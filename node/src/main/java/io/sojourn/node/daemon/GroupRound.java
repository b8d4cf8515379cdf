package io.sojourn.node.daemon;

import io.sojourn.checkpointer.Company;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.network.GroupConnections;
import io.sojourn.engine.network.GroupLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.Rendezvous;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.image.Manifest;
import java.util.List;

/**
 * One dump of several tasks at one instant: all are stopped, then the connections among them are
 * shut, then all are dumped, then the connections are opened, then all run on.
 */
final class GroupRound {
  private final GroupImage image;
  private final List<Integer> roots;
  private final GroupLock lock;
  private final Rendezvous rendezvous;
  private final long startNanos = Clock.monotonicNanos();
  private long readyNanos;
  private long heldNanos;
  private long shutNanos;
  private long dumpedNanos;
  private boolean unsettled;

  /**
   * @param roots the tasks' JVMs
   */
  GroupRound(GroupImage image, List<Integer> roots, GroupLock lock) {
    this.image = image;
    this.roots = roots;
    this.lock = lock;
    this.rendezvous = new Rendezvous(roots.size());
  }

  Rendezvous rendezvous() {
    return rendezvous;
  }

  /** Whether it failed for what is over in a moment. */
  boolean unsettled() {
    return unsettled;
  }

  Company member(String task) {
    return new Company() {
      @Override
      public boolean alone() {
        return false;
      }

      @Override
      public void ready() {
        rendezvous.await(task, () -> readyNanos = Clock.monotonicNanos());
      }

      @Override
      public void held() {
        rendezvous.await(task, GroupRound.this::shut);
      }

      @Override
      public void dumped() {
        rendezvous.await(task, GroupRound.this::open);
      }

      @Override
      public void describe(Manifest.Builder manifest) {
        manifest.setGroup(image);
      }
    };
  }

  private void shut() {
    heldNanos = Clock.monotonicNanos();
    GroupConnections connections = GroupConnections.of(roots);
    connections
        .unsettled()
        .ifPresent(
            why -> {
              unsettled = true;
              throw OperationException.failed(why, "try once more");
            });
    lock.shut(connections.among());
    shutNanos = Clock.monotonicNanos();
  }

  private void open() {
    dumpedNanos = Clock.monotonicNanos();
    lock.open();
  }

  void report(Report report) {
    report.finished("prepare", (readyNanos - startNanos) / 1e6);
    report.finished("stop", (heldNanos - readyNanos) / 1e6);
    report.finished("lock connections", (shutNanos - heldNanos) / 1e6);
    report.finished("dump", (dumpedNanos - shutNanos) / 1e6);
  }
}
