package io.sojourn.examples.alloc;

import io.sojourn.examples.Stop;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/** One thread's work: garbage, and now and then a new block of the live set. */
final class Churning implements Callable<Churning.Result> {
  private static final int RECENT = 1024;
  private static final int SLICE = 4096;
  private static final int LIVE_EVERY = 256;

  private final long seed;
  private final long liveBytes;
  private final long totalBytes;
  private final long bytesPerSecond;
  private final Stop stop;
  private final Object[] recent = new Object[RECENT];
  private final AtomicLong allocated = new AtomicLong();
  private int damaged;
  private long random;

  /**
   * What one thread has done.
   *
   * @param allocated bytes of garbage
   * @param blocks blocks of the live set
   * @param damaged blocks that were not as they should be, at any time
   * @param checksum over the live set at the end
   */
  record Result(long allocated, int blocks, int damaged, long checksum) {}

  /**
   * Creates the work.
   *
   * @param totalBytes of garbage after which it ends
   * @param bytesPerSecond of garbage at most; 0 for no bound
   */
  Churning(long seed, long liveBytes, long totalBytes, long bytesPerSecond, Stop stop) {
    this.seed = seed;
    this.random = seed;
    this.liveBytes = liveBytes;
    this.totalBytes = totalBytes;
    this.bytesPerSecond = bytesPerSecond;
    this.stop = stop;
  }

  /** Bytes of garbage so far; for any thread. */
  long allocated() {
    return allocated.get();
  }

  @Override
  public Result call() throws InterruptedException {
    LiveSet live = new LiveSet(seed, liveBytes);
    long began = System.nanoTime();
    while (!stop.told() && allocated.get() < totalBytes) {
      allocateSlice(live);
      waitForRate(began);
    }
    damaged += live.damaged();
    return new Result(allocated.get(), live.size(), damaged, live.checksum());
  }

  private void allocateSlice(LiveSet live) {
    long bytes = 0;
    for (int i = 0; i < SLICE; i++) {
      random = Mix.of(random);
      byte[] garbage = new byte[64 + (int) (random & 2047)];
      // Kept for a moment: an object that nobody ever sees would not be allocated at all.
      garbage[0] = (byte) random;
      recent[i % RECENT] = garbage;
      bytes += garbage.length;
      if (i % LIVE_EVERY == 0) {
        damaged += live.replace((int) Long.remainderUnsigned(random, live.size())) ? 0 : 1;
      }
    }
    allocated.addAndGet(bytes);
  }

  private void waitForRate(long began) throws InterruptedException {
    if (bytesPerSecond > 0) {
      double due = (double) allocated.get() / bytesPerSecond * 1e9;
      long ahead = (long) due - (System.nanoTime() - began);
      if (ahead > 1_000_000) {
        stop.within(Duration.ofNanos(ahead));
      }
    }
  }
}
