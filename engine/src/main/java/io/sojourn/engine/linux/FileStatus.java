package io.sojourn.engine.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What stat(2) says of a file; links are followed. */
public record FileStatus(
    int mode, long inode, long device, long representedDevice, long size, long modifiedNanos) {
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFCHR = 0020000;
  private static final int S_IFBLK = 0060000;
  private static final int S_IFIFO = 0010000;

  /** Of admin-guide/devices.txt of the kernel: 5, 0. */
  private static final long OWN_TERMINAL = 0x500;

  /** Empty where there is no such file. */
  public static Optional<FileStatus> of(Path path) {
    try {
      Map<String, Object> attributes =
          Files.readAttributes(path, "unix:mode,ino,dev,rdev,size,lastModifiedTime");
      return Optional.of(
          new FileStatus(
              (int) number(attributes.get("mode")),
              number(attributes.get("ino")),
              number(attributes.get("dev")),
              number(attributes.get("rdev")),
              number(attributes.get("size")),
              number(attributes.get("lastModifiedTime"))));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private static long number(@Nullable Object value) {
    if (value instanceof FileTime time) return time.to(TimeUnit.NANOSECONDS);
    return value instanceof Number number ? number.longValue() : 0;
  }

  public boolean regular() {
    return (mode & S_IFMT) == S_IFREG;
  }

  public boolean characterDevice() {
    return (mode & S_IFMT) == S_IFCHR;
  }

  public boolean blockDevice() {
    return (mode & S_IFMT) == S_IFBLK;
  }

  /** A pipe, with a name or without. */
  public boolean fifo() {
    return (mode & S_IFMT) == S_IFIFO;
  }

  /** The device that leads whoever opens it to his controlling terminal: /dev/tty. */
  public boolean isOwnTerminal() {
    return characterDevice() && representedDevice == OWN_TERMINAL;
  }

  /** Of the device that the file stands for. As gnu_dev_major(3). */
  public int major() {
    return (int) ((representedDevice >> 8 & 0xfff) | (representedDevice >> 32 & ~0xfffL));
  }
}
