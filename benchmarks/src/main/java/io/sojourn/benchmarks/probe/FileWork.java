package io.sojourn.benchmarks.probe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** Work on files, one call after the other, in pieces of 1 MiB. Answers in seconds. */
final class FileWork {
  private static final ByteBuffer PIECE = ByteBuffer.allocateDirect(1 << 20);

  static {
    byte[] noise = new byte[PIECE.capacity()];
    ThreadLocalRandom.current().nextBytes(noise);
    PIECE.put(noise);
  }

  private FileWork() {}

  /** A new file, until it is closed. */
  static String write(Path file, int megabytes) throws IOException {
    long start = System.nanoTime();
    try (FileChannel to =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < megabytes; i++) to.write(PIECE.clear());
    }
    return seconds(start);
  }

  static String read(Path file) throws IOException {
    long start = System.nanoTime();
    long bytes = 0;
    try (FileChannel from = FileChannel.open(file)) {
      for (int count; (count = from.read(PIECE.clear())) > 0; ) bytes += count;
    }
    String time = seconds(start);
    if (bytes != Files.size(file)) throw new IOException("read " + bytes + " bytes of " + file);
    return time;
  }

  /** Creates, looks at and removes files, one after the other. */
  static String names(Path directory, int count) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      Path file = directory.resolve("name" + i);
      Files.createFile(file);
      Files.getLastModifiedTime(file);
      Files.delete(file);
    }
    return seconds(start);
  }

  static String seconds(long start) {
    return String.valueOf((System.nanoTime() - start) / 1e9);
  }
}
