package io.sojourn.engine.files;

/** Calls on what is in an open file. Results as {@link Result} says. */
public final class DataCalls {
  public static final int RWF_DSYNC = 2;
  public static final int RWF_SYNC = 4;
  public static final int RWF_APPEND = 16;

  private static final long FICLONE = 0x40049409L;

  private static final ThreadLocal<NativeMemory> SMALL =
      ThreadLocal.withInitial(() -> new NativeMemory(64));

  private DataCalls() {}

  /** Reads into memory from its begin. */
  public static long read(int fd, NativeMemory into, int size, long offset) {
    return read(fd, into, 0, size, offset);
  }

  /**
   * @param at where in the memory it goes
   */
  public static long read(int fd, NativeMemory into, int at, int size, long offset) {
    if (at < 0 || size < 0 || at + size > into.size())
      throw new IllegalArgumentException("read of " + size);
    // SAFETY: the range lies within the memory.
    long read = Result.of(LibcFiles.pread(fd, into.address() + at, size, offset));
    into.keep();
    return read;
  }

  /**
   * Writes memory from its begin.
   *
   * @param flags RWF_*; with RWF_APPEND the offset says nothing
   */
  public static long write(int fd, NativeMemory from, int at, int size, long offset, int flags) {
    if (at < 0 || size < 0 || at + size > from.size())
      throw new IllegalArgumentException("write of " + size);
    NativeMemory vector = SMALL.get();
    vector.bytes().putLong(0, from.address() + at).putLong(8, size);
    // SAFETY: one struct iovec, that lies within the memory.
    long written = Result.of(LibcFiles.pwritev2(fd, vector.address(), 1, offset, flags));
    from.keep();
    return written;
  }

  /** Reads a stream of records, as a device or a notification group is. Blocks. */
  public static long readStream(int fd, NativeMemory into) {
    // SAFETY: the kernel writes at most the size.
    long read = Result.of(LibcFiles.read(fd, into.address(), into.size()));
    into.keep();
    return read;
  }

  public static long writeStream(int fd, NativeMemory from, int size) {
    if (size > from.size()) throw new IllegalArgumentException("write of " + size);
    // SAFETY: size is at most the memory's.
    long written = Result.of(LibcFiles.write(fd, from.address(), size));
    from.keep();
    return written;
  }

  public static int sync(int fd, boolean dataOnly) {
    return Result.of(dataOnly ? LibcFiles.fdatasync(fd) : LibcFiles.fsync(fd));
  }

  public static long seek(int fd, long offset, int whence) {
    return Result.of(LibcFiles.lseek(fd, offset, whence));
  }

  public static int allocate(int fd, int mode, long offset, long length) {
    return Result.of(LibcFiles.fallocate(fd, mode, offset, length));
  }

  public static long copy(int in, long inOffset, int out, long outOffset, long length, int flags) {
    NativeMemory offsets = SMALL.get();
    offsets.bytes().putLong(0, inOffset).putLong(8, outOffset);
    // SAFETY: two loff_t.
    return Result.of(
        LibcFiles.copy_file_range(
            in, offsets.address(), out, offsets.address() + 8, length, flags));
  }

  /**
   * Makes a file share another's content, to be copied where either is written to: FICLONE of
   * ioctl_ficlone(2). What is dirty of the source goes to the disk first.
   */
  public static int share(int from, int to) {
    // SAFETY: a number only.
    return Result.of(LibcFiles.ioctl(to, FICLONE, from));
  }

  /** Directory entries, as getdents64(2) lays them out. */
  public static long entries(int fd, NativeMemory into) {
    // SAFETY: the kernel writes at most the size.
    return Result.of(LibcFiles.getdents64(fd, into.address(), into.size()));
  }
}
