package io.sojourn.engine.files;

import org.jspecify.annotations.Nullable;

/** Extended attributes of what a handle refers to: xattr(7). Results as {@link Result} says. */
public final class AttributeCalls {
  /** XATTR_SIZE_MAX: larger values do not exist. */
  public static final int MAX = 65536;

  private static final ThreadLocal<NativeMemory> VALUE =
      ThreadLocal.withInitial(() -> new NativeMemory(MAX));

  private AttributeCalls() {}

  public static int set(int fd, byte[] name, byte[] value, int flags) {
    // SAFETY: the value's length is passed with it.
    return Result.of(
        LibcFiles.setxattr(
            FileName.ofDescriptor(fd), FileName.terminated(name), value, value.length, flags));
  }

  /** Null where the kernel refuses; ask {@link FileCalls#lastError}. */
  public static byte @Nullable [] get(int fd, byte[] name) {
    NativeMemory value = VALUE.get();
    // SAFETY: the kernel writes at most the size.
    return taken(
        value,
        LibcFiles.getxattr(
            FileName.ofDescriptor(fd), FileName.terminated(name), value.address(), MAX));
  }

  /** Names, each with a NUL. Null where the kernel refuses. */
  public static byte @Nullable [] list(int fd) {
    NativeMemory names = VALUE.get();
    // SAFETY: as above.
    return taken(names, LibcFiles.listxattr(FileName.ofDescriptor(fd), names.address(), MAX));
  }

  public static int remove(int fd, byte[] name) {
    return Result.of(LibcFiles.removexattr(FileName.ofDescriptor(fd), FileName.terminated(name)));
  }

  private static byte @Nullable [] taken(NativeMemory from, long length) {
    if (length < 0) return null;
    byte[] bytes = new byte[(int) length];
    from.bytes().get(0, bytes);
    return bytes;
  }
}
