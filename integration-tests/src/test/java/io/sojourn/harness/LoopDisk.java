package io.sojourn.harness;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A file system of a kind of choice, in a file. */
public final class LoopDisk implements AutoCloseable {
  private static final long BYTES = 400L << 20;

  private final Path file;
  private final Path place;

  private LoopDisk(Path file, Path place) {
    this.file = file;
    this.place = place;
  }

  /**
   * @param kind as mkfs and mount know it
   */
  public static LoopDisk of(String kind) {
    try {
      Path file = Files.createTempFile("sojourn-disk-", "." + kind);
      try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
        disk.setLength(BYTES);
      }
      run("mkfs." + kind, kind.equals("ext4") ? "-qF" : "-qf", file.toString());
      LoopDisk made = new LoopDisk(file, Files.createTempDirectory("sojourn-mount-"));
      run("mount", "-o", "loop", file.toString(), made.place.toString());
      Files.setPosixFilePermissions(made.place, PosixFilePermissions.fromString("rwxrwxrwx"));
      return made;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public Path path() {
    return place;
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0)
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    run("umount", place.toString());
    try {
      Files.delete(place);
      Files.delete(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
