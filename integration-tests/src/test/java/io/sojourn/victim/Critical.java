package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Threads that spend nearly all their time in JNI critical sections: zlib holds Java arrays there.
 */
public final class Critical {
  private static volatile String failure = "";

  public static void main(String[] args) throws Exception {
    AtomicLong rounds = new AtomicLong();
    for (int i = 0; i < 3; i++) {
      int seed = i;
      Thread thread = new Thread(() -> work(seed, rounds), "critical-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    Control.serve(
        question -> {
          long before = rounds.get();
          while (rounds.get() < before + 6 && failure.isEmpty()) Thread.sleep(1);
          require(failure.isEmpty(), failure);
          return String.valueOf(rounds.get());
        });
  }

  private static void work(int seed, AtomicLong rounds) {
    byte[] data = new byte[1 << 20];
    new Random(seed).nextBytes(data);
    // Half of it compresses.
    Arrays.fill(data, 0, 1 << 19, (byte) seed);
    byte[] packed = new byte[2 << 20];
    byte[] unpacked = new byte[1 << 20];
    try {
      while (true) {
        Deflater deflater = new Deflater(6);
        deflater.setInput(data);
        deflater.finish();
        int size = deflater.deflate(packed);
        deflater.end();
        Inflater inflater = new Inflater();
        inflater.setInput(packed, 0, size);
        inflater.inflate(unpacked);
        inflater.end();
        require(Arrays.equals(data, unpacked), "not what it was");
        rounds.incrementAndGet();
      }
    } catch (Exception e) {
      failure = e.toString();
    }
  }

  private Critical() {}
}
