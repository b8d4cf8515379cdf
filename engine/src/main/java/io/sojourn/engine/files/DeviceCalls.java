package io.sojourn.engine.files;

/** Mounts, and what a device is told beside reading and writing. Results as {@link Result} says. */
public final class DeviceCalls {
  public static final int MNT_DETACH = 2;

  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK = 04000;

  private DeviceCalls() {}

  public static int mount(String source, String target, String type, long flags, String data) {
    // SAFETY: all are NUL-terminated; for FUSE the data is a string of options.
    return Result.of(
        LibcFiles.mount(
            FileName.terminated(source),
            FileName.terminated(target),
            FileName.terminated(type),
            flags,
            FileName.terminated(data)));
  }

  public static int unmount(String target, int flags) {
    return Result.of(LibcFiles.umount2(FileName.terminated(target), flags));
  }

  /** Reading from it does not wait any more: it says EAGAIN. */
  public static int doNotBlock(int fd) {
    // SAFETY: numbers only.
    int flags = Result.of(LibcFiles.fcntl(fd, F_GETFL, 0));
    return flags < 0 ? flags : Result.of(LibcFiles.fcntl(fd, F_SETFL, flags | O_NONBLOCK));
  }

  /** An ioctl(2) whose argument is read from, or written to, the begin of some memory. */
  public static int control(int fd, long request, NativeMemory argument) {
    // SAFETY: the caller knows how much of the memory the request touches.
    int result = Result.of(LibcFiles.ioctl(fd, request, argument.address()));
    argument.keep();
    return result;
  }
}
