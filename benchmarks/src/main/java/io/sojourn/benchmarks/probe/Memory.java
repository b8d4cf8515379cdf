package io.sojourn.benchmarks.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Memory that stays, and garbage that comes as fast as one thread can make it. */
final class Memory {
  private static final int BLOCK = 16 << 10;

  private final List<byte[]> live = new ArrayList<>();
  private Consumer<byte[]> content = this::noise;
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

  /**
   * Keeps so many megabytes, and lets them be.
   *
   * @param what "noise", which nothing packs, or "figures"
   */
  synchronized String hold(int megabytes, String what) {
    content =
        switch (what) {
          case "noise" -> this::noise;
          case "figures" -> this::figures;
          default -> throw new IllegalArgumentException(what);
        };
    for (long bytes = 0; bytes < (long) megabytes << 20; bytes += BLOCK) {
      byte[] block = new byte[BLOCK];
      content.accept(block);
      live.add(block);
    }
    return "0";
  }

  /** Writes anew so many percent of what it holds, one after another. */
  synchronized String change(int percent) {
    int count = live.size() * percent / 100, from = random.nextInt(live.size() - count);
    live.subList(from, from + count).forEach(content);
    return "0";
  }

  private void noise(byte[] block) {
    random.nextBytes(block);
  }

  /** Numbers of eight bytes below a million, as amounts, counters and measurements are. */
  private void figures(byte[] block) {
    ByteBuffer figures = ByteBuffer.wrap(block).order(ByteOrder.nativeOrder());
    while (figures.hasRemaining()) figures.putLong(random.nextInt(1_000_000));
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
