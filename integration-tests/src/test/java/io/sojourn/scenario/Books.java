package io.sojourn.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The books of {@code ledger.c}, as another process that shares them sees them while their first
 * owner is frozen.
 */
record Books(boolean inProgress, int used, int counted, long operations, long sum, long added) {
  private static final int BLOCKS = 256;

  static Books read(Path file) {
    try {
      ByteBuffer books = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      boolean inProgress = books.getInt() != 0;
      int used = books.getInt();
      long operations = books.getLong();
      long sum = books.getLong();
      int counted = 0;
      long added = 0;
      for (int block = 0; block < BLOCKS; block++) {
        int owner = books.getInt();
        if (owner != 0) counted++;
        added += (long) block * owner;
      }
      return new Books(inProgress, used, counted, operations, sum, added);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing has to be repaired. */
  boolean consistent() {
    return !inProgress && used == counted && sum == added;
  }
}
