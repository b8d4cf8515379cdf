package io.sojourn.victim;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Holds memory that does not compress, in the heap and outside of it, and touches none of it until
 * it is asked for the sum. "rest" has no answer: it does nothing any more. Argument: MiB of each.
 */
public final class Memories {
  private static final int MIB = 1 << 20;

  private Memories() {}

  public static void main(String[] arguments) throws Exception {
    int size = Integer.parseInt(arguments[0]);
    byte[][] heap = new byte[size][MIB];
    ByteBuffer[] outside = new ByteBuffer[size];
    Random random = new Random(1);
    for (int i = 0; i < size; i++) {
      random.nextBytes(heap[i]);
      outside[i] = ByteBuffer.allocateDirect(MIB).put(heap[i]);
    }
    Control.serve(
        question ->
            switch (question) {
              case "sum" -> sum(heap, outside);
              case "collect" -> collect();
              case "child" -> child();
              case "rest" -> rest();
              default -> throw new IllegalArgumentException(question);
            });
  }

  private static String sum(byte[][] heap, ByteBuffer[] outside) {
    Random random = new Random(1);
    byte[] expected = new byte[MIB];
    for (int i = 0; i < heap.length; i++) {
      random.nextBytes(expected);
      if (!java.util.Arrays.equals(expected, heap[i])) return "wrong in the heap, at " + i;
      if (!outside[i].duplicate().flip().equals(ByteBuffer.wrap(expected)))
        return "wrong outside, at " + i;
    }
    return "right";
  }

  /** Gives memory back (madvise), and takes it again. */
  private static String collect() {
    byte[][] garbage = new byte[64][];
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < garbage.length; i++) garbage[i] = new byte[MIB];
      System.gc();
    }
    return "collected";
  }

  private static String rest() throws InterruptedException {
    Object nobody = new Object();
    synchronized (nobody) {
      while (true) nobody.wait();
    }
  }

  /** Of a process that has all of this memory for a moment. */
  private static String child() throws Exception {
    Process process =
        new ProcessBuilder("/bin/sh", "-c", "echo child").redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), "US-ASCII").strip();
  }
}
