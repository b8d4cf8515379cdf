package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** A live set with a known sum, changed all the time by threads that make garbage as well. */
public final class Heap {
  private static final int SLOTS = 4000;
  private static final int LENGTH = 1000;

  private static volatile String failure = "";
  private static final AtomicLong allocated = new AtomicLong();

  public static void main(String[] args) throws Exception {
    boolean busy = args.length == 0 || !args[0].equals("quiet");
    Worker[] workers = {new Worker(1, busy), new Worker(2, busy)};
    for (Worker worker : workers) worker.start();
    Control.serve(
        question -> {
          require(failure.isEmpty(), failure);
          for (Worker worker : workers) worker.verifyNow();
          return String.valueOf(allocated.get());
        });
  }

  private static final class Worker extends Thread {
    private final byte[][] live = new byte[SLOTS][];
    private final Random random;
    private final boolean busy;

    Worker(int seed, boolean busy) {
      super("worker-" + seed);
      setDaemon(true);
      this.busy = busy;
      random = new Random(seed);
      for (int slot = 0; slot < SLOTS; slot++) live[slot] = fresh(slot);
    }

    private static byte[] fresh(int slot) {
      byte[] bytes = new byte[LENGTH];
      Arrays.fill(bytes, (byte) slot);
      return bytes;
    }

    @Override
    public void run() {
      try {
        while (busy) {
          synchronized (this) {
            for (int i = 0; i < 1000; i++) {
              int slot = random.nextInt(SLOTS);
              verify(slot);
              live[slot] = fresh(slot);
              allocated.addAndGet(LENGTH);
            }
          }
        }
      } catch (RuntimeException e) {
        failure = e.toString();
      }
    }

    private void verify(int slot) {
      for (byte b : live[slot])
        if (b != (byte) slot) throw new IllegalStateException("slot " + slot + " holds " + b);
    }

    synchronized void verifyNow() {
      for (int slot = 0; slot < SLOTS; slot++) verify(slot);
    }
  }
}
