package io.sojourn.node.daemon;

import io.sojourn.checkpointer.Company;
import io.sojourn.engine.linux.Clock;
import io.sojourn.engine.network.GroupEnds;
import io.sojourn.engine.network.GroupLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.group.Exchange;
import io.sojourn.node.group.Rendezvous;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.image.Manifest;
import java.time.Duration;
import java.util.List;

/**
 * One dump of several tasks at one instant: all are stopped, then the connections among them are
 * shut, then all are dumped, then the connections are opened, then all run on. Those of other nodes
 * come to each step at the same time.
 */
final class GroupRound {
  /** All run on. */
  private static final Duration STORING = Duration.ofHours(6);

  private final GroupImage image;
  private final List<Integer> roots;
  private final GroupLock lock;
  private final Exchange others;
  private final Duration standing;
  private final Rendezvous rendezvous;
  private final long startNanos = Clock.monotonicNanos();
  private long readyNanos;
  private long heldNanos;
  private long shutNanos;
  private long dumpedNanos;

  /**
   * @param roots the tasks' JVMs
   * @param others nodes
   * @param standing how long tasks may wait, stopped, for those of other nodes
   */
  GroupRound(
      GroupImage image, List<Integer> roots, GroupLock lock, Exchange others, Duration standing) {
    this.image = image;
    this.roots = roots;
    this.lock = lock;
    this.others = others;
    this.standing = standing;
    this.rendezvous = new Rendezvous(roots.size());
  }

  Rendezvous rendezvous() {
    return rendezvous;
  }

  Company member(String task) {
    return new Company() {
      @Override
      public boolean alone() {
        return false;
      }

      @Override
      public void ready() {
        rendezvous.await(task, GroupRound.this::stop);
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

  private void stop() {
    others.exchange(GroupWords.DONE);
    others.within(standing);
    readyNanos = Clock.monotonicNanos();
  }

  /** Before the first end is dumped, its connection is shut wherever the other one is. */
  private void shut() {
    heldNanos = Clock.monotonicNanos();
    GroupEnds ends = GroupEnds.of(roots);
    Order all = others.exchange(Word.newBuilder().setConnections(GroupWords.of(ends)).build());
    lock.shut(ends.here(GroupWords.sockets(all.getShut().getOwnList())));
    others.exchange(GroupWords.DONE);
    shutNanos = Clock.monotonicNanos();
  }

  /** The others' ends may be dumped yet: with theirs shut, nothing reaches these either way. */
  private void open() {
    if (Clock.monotonicNanos() - heldNanos > standing.toNanos())
      throw OperationException.failed(
          "the dumps took longer than %d s, for which connections are kept still"
              .formatted(standing.toSeconds()),
          "allow a longer pause: --pause-limit");
    others.exchange(GroupWords.DONE);
    dumpedNanos = Clock.monotonicNanos();
    lock.open();
    others.within(STORING);
  }

  void report(Report report) {
    report.finished("prepare", (readyNanos - startNanos) / 1e6);
    report.finished("stop", (heldNanos - readyNanos) / 1e6);
    report.finished("lock connections", (shutNanos - heldNanos) / 1e6);
    report.finished("dump", (dumpedNanos - shutNanos) / 1e6);
  }
}
