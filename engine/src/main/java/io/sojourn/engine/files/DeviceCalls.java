package io.sojourn.engine.files;

/** Mounts, and what a device is told beside reading and writing. Results as {@link Result} says. */
public final class DeviceCalls {
  public static final int MNT_DETACH = 2;

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

  /** An ioctl(2) whose argument is read from, or written to, the begin of some memory. */
  public static int control(int fd, long request, NativeMemory argument) {
    // SAFETY: the caller knows how much of the memory the request touches.
    int result = Result.of(LibcFiles.ioctl(fd, request, argument.address()));
    argument.keep();
    return result;
  }
}
