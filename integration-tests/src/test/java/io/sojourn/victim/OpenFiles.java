package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.zip.CRC32;

/** Files in every way of use, each checked and used further with every question. */
public final class OpenFiles {
  private static final int GONE = 10 << 20;

  public static void main(String[] args) throws Exception {
    byte[] pattern = new byte[1 << 16];
    new Random(1).nextBytes(pattern);
    Files.write(Path.of("read.dat"), pattern);
    Files.write(Path.of("mapped.dat"), pattern);
    FileInputStream read = new FileInputStream("read.dat");
    FileOutputStream append = new FileOutputStream("append.log", true);
    RandomAccessFile random = new RandomAccessFile("random.dat", "rw");
    random.setLength(1 << 20);
    RandomAccessFile gone = new RandomAccessFile("gone.dat", "rw");
    byte[] content = new byte[GONE];
    new Random(2).nextBytes(content);
    gone.write(content);
    Files.delete(Path.of("gone.dat"));
    FileChannel locked =
        FileChannel.open(
            Path.of("locked.dat"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = locked.lock(100, 50, false);
    FileChannel mappedFile = FileChannel.open(Path.of("mapped.dat"));
    MappedByteBuffer mapped = mappedFile.map(MapMode.READ_ONLY, 0, pattern.length);
    mappedFile.close();
    MappedByteBuffer shared;
    try (RandomAccessFile file = new RandomAccessFile("shared.dat", "rw")) {
      file.setLength(1 << 16);
      shared = file.getChannel().map(MapMode.READ_WRITE, 0, 1 << 16);
    }
    int[] round = {0};
    Control.serve(
        question -> {
          int number = round[0]++;
          byte[] next = read.readNBytes(1000);
          for (int i = 0; i < next.length; i++)
            require(next[i] == pattern[number * 1000 + i], "read.dat at " + i);
          append.write((number + "\n").getBytes(StandardCharsets.UTF_8));
          random.seek(number * 4096L);
          random.writeLong(number + 77L);
          for (int i = 0; i <= number; i++) {
            random.seek(i * 4096L);
            require(random.readLong() == i + 77, "random.dat, record " + i);
          }
          byte[] now = new byte[GONE];
          gone.seek(0);
          gone.readFully(now);
          require(crc(now) == crc(content), "the deleted file");
          content[number]++;
          gone.seek(number);
          gone.write(content[number]);
          require(lock.isValid(), "the lock");
          byte[] view = new byte[pattern.length];
          mapped.get(0, view);
          require(crc(view) == crc(pattern), "the read-only mapping");
          require(shared.getInt(0) == number, "the shared mapping");
          shared.putInt(0, number + 1);
          return String.valueOf(number);
        });
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }
}
