package io.sojourn.engine.files;

import java.nio.ByteBuffer;

/**
 * What statx(2) says of a file.
 *
 * @param device of the file system, as makedev(3) makes it
 * @param born 0 where the file system does not know
 * @param represented the device that a device file stands for
 * @param mount which mount it was reached through; 0 where the kernel (before 5.8) does not say
 */
public record Statx(
    int mode,
    int links,
    int uid,
    int gid,
    long inode,
    long size,
    long blocks,
    int blockSize,
    Time accessed,
    Time modified,
    Time changed,
    Time born,
    long device,
    long represented,
    long mount) {
  static final int SIZE = 256;
  public static final int S_IFMT = 0170000;

  public static final int S_IFIFO = 0010000;
  public static final int S_IFREG = 0100000;
  public static final int S_IFDIR = 0040000;
  public static final int S_IFLNK = 0120000;
  public static final int S_IFSOCK = 0140000;

  /** Seconds and nanoseconds since 1970. */
  public record Time(long seconds, int nanos) {}

  /** struct statx of linux/stat.h: the same on every architecture. */
  static Statx read(ByteBuffer in) {
    return new Statx(
        in.getShort(28) & 0xffff,
        in.getInt(16),
        in.getInt(20),
        in.getInt(24),
        in.getLong(32),
        in.getLong(40),
        in.getLong(48),
        in.getInt(4),
        time(in, 64),
        time(in, 112),
        time(in, 96),
        time(in, 80),
        device(in.getInt(136), in.getInt(140)),
        device(in.getInt(128), in.getInt(132)),
        in.getLong(144));
  }

  private static Time time(ByteBuffer in, int at) {
    return new Time(in.getLong(at), in.getInt(at + 8));
  }

  /** As new_encode_dev() of the kernel: what FUSE carries in 32 bits, and makedev(3) below 2^32. */
  private static long device(int major, int minor) {
    return (minor & 0xff) | ((long) major << 8) | ((minor & ~0xffL) << 12);
  }

  public int type() {
    return mode & S_IFMT;
  }

  public boolean regular() {
    return type() == S_IFREG;
  }

  public boolean directory() {
    return type() == S_IFDIR;
  }

  public boolean link() {
    return type() == S_IFLNK;
  }
}
