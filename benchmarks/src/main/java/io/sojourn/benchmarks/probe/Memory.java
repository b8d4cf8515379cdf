package io.sojourn.benchmarks.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Memory that stays, and garbage that comes as fast as one thread can make it. */
final class Memory {
  private static final int BLOCK = 16 << 10;

  private final List<byte[]> live = new ArrayList<>();
  private final Random random = new Random(2);
  private volatile long allocated;

  /** Keeps so many megabytes; returns when the whole heap has been written twice. */
  synchronized String fill(int megabytes) throws InterruptedException {
    Random random = new Random(1);
    for (long bytes = 0; bytes < (long) megabytes << 20; bytes += BLOCK) {
      byte[] block = new byte[BLOCK];
      random.nextBytes(block);
      live.add(block);
    }
    Thread thread = new Thread(this::churn, "churn");
    thread.setDaemon(true);
    thread.start();
    while (allocated < 2 * Runtime.getRuntime().maxMemory()) Thread.sleep(10);
    return "0";
  }

  /** Keeps so many megabytes of noise, and lets them be. */
  synchronized String hold(int megabytes) {
    for (long bytes = 0; bytes < (long) megabytes << 20; bytes += BLOCK) {
      byte[] block = new byte[BLOCK];
      random.nextBytes(block);
      live.add(block);
    }
    return "0";
  }

  /** Writes new noise into so many percent of them, one after another. */
  synchronized String change(int percent) {
    int count = live.size() * percent / 100, from = random.nextInt(live.size() - count);
    for (byte[] block : live.subList(from, from + count)) random.nextBytes(block);
    return "0";
  }

  private void churn() {
    byte[][] recent = new byte[1024][];
    for (long count = 0; ; count++) {
      byte[] garbage = new byte[64 + (int) (count * 31 & 2047)];
      garbage[0] = (byte) count;
      recent[(int) count & 1023] = garbage;
      if ((count & 255) == 0) {
        live.get((int) (count >>> 8) % live.size())[(int) count & 4095]++;
        allocated += 256 * 1088;
      }
    }
  }
}
