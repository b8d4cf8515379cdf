package io.sojourn.restore.fuse;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Write;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Writes that the kernel has been told are done while they are on their way to home. What may see
 * them, or must come after them, waits until they are there: any other call on the same file, and
 * so close(2) and fsync(2), which also tell what went wrong. Writes of one file that overlap are
 * never under way together, since home does calls in no order.
 */
final class WriteBehind {
  private static final long MOST_UNDER_WAY = 16 << 20;

  /** For how many files it is remembered when they were last written. */
  private static final int REMEMBERED = 10_000;

  private record Range(long from, long to) {}

  /** What is under way to one file. */
  private static final class Writes {
    private final Map<Pending, Range> underWay = new HashMap<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int errno;
  }

  private final Map<Long, Writes> byNode = new HashMap<>();
  private final Map<Long, Long> drained = new HashMap<>();
  private long drainedBefore;
  private long underWay;

  /** Whether the kernel may be told already. Then {@link #done} must follow. */
  synchronized boolean take(Pending asked, Write write) {
    if (underWay + write.getData().size() > MOST_UNDER_WAY) return false;
    Range range = new Range(write.getOffset(), write.getOffset() + write.getData().size());
    Writes writes = byNode.computeIfAbsent(asked.node(), any -> new Writes());
    if (writes.errno != 0 || !writes.waiting.isEmpty()) return false;
    for (Range other : writes.underWay.values())
      if (range.from() < other.to() && other.from() < range.to()) return false;
    writes.underWay.put(asked, range);
    underWay += write.getData().size();
    return true;
  }

  /** Does something when nothing is under way to a file; now, or later on another thread. */
  void after(long node, Runnable work) {
    synchronized (this) {
      Writes writes = byNode.get(node);
      if (writes != null && !(writes.underWay.isEmpty() && writes.waiting.isEmpty())) {
        writes.waiting.add(work);
        return;
      }
    }
    work.run();
  }

  /** Home has answered a write that was taken. */
  void done(Pending asked, Answer answer) {
    List<Runnable> next = new ArrayList<>();
    synchronized (this) {
      Writes writes = byNode.get(asked.node());
      if (writes == null) return;
      Range range = writes.underWay.remove(asked);
      if (range == null) return;
      long size = range.to() - range.from();
      underWay -= size;
      if (answer.getErrno() != 0) writes.errno = answer.getErrno();
      else if (answer.getWritten().getSize() != size) writes.errno = ErrorNumber.EIO;
      if (!writes.underWay.isEmpty()) return;
      next.addAll(writes.waiting);
      writes.waiting.clear();
      remember(asked.node());
      if (writes.errno == 0) byNode.remove(asked.node());
    }
    next.forEach(Runnable::run);
  }

  private void remember(long node) {
    if (drained.size() >= REMEMBERED) {
      drained.clear();
      drainedBefore = System.nanoTime();
    }
    drained.put(node, System.nanoTime());
  }

  /** What a write has failed with that the kernel believes done; told once. */
  synchronized int error(long node) {
    Writes writes = byNode.get(node);
    if (writes == null || writes.errno == 0) return 0;
    int errno = writes.errno;
    writes.errno = 0;
    if (writes.underWay.isEmpty() && writes.waiting.isEmpty()) byNode.remove(node);
    return errno;
  }

  /** Whether attributes that were asked for at a time may lack what had been written by then. */
  synchronized boolean mayLack(long node, long askedNanos) {
    Writes writes = byNode.get(node);
    if (writes != null && !writes.underWay.isEmpty()) return true;
    long last = drained.getOrDefault(node, drainedBefore);
    return last != 0 && last - askedNanos > 0;
  }

  /** Waits until all that has been written by now is at home; false when that takes too long. */
  boolean drain(long millis) throws InterruptedException {
    List<Long> nodes;
    synchronized (this) {
      nodes = List.copyOf(byNode.keySet());
    }
    CountDownLatch left = new CountDownLatch(nodes.size());
    nodes.forEach(node -> after(node, left::countDown));
    return left.await(millis, TimeUnit.MILLISECONDS);
  }
}
