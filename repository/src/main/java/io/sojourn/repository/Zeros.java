package io.sojourn.repository;

import java.util.Arrays;

/** Memory that was touched and never written holds nothing else. */
final class Zeros {
  private static final byte[] ZEROS = new byte[1 << 16];

  private Zeros() {}

  static boolean only(byte[] content, int offset, int length) {
    for (int done = 0; done < length; done += ZEROS.length) {
      int count = Math.min(ZEROS.length, length - done), from = offset + done;
      if (Arrays.mismatch(content, from, from + count, ZEROS, 0, count) >= 0) return false;
    }
    return true;
  }
}
