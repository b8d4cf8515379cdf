package io.sojourn.restore.fuse;

import io.sojourn.engine.files.DataCalls;
import io.sojourn.engine.files.DeviceCalls;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.NativeMemory;
import io.sojourn.engine.files.Result;
import java.io.IOException;

/**
 * A descriptor of /dev/fuse. Requests are read from it, and what was read from one must be answered
 * on it. System calls, not a FileChannel: that would let nobody write while somebody reads.
 */
final class FuseChannel {
  /** _IOR(229, 0, uint32_t): joins a new descriptor to a connection. */
  private static final long FUSE_DEV_IOC_CLONE = 0x8004e500L;

  private final int fd;
  private boolean closed;

  private FuseChannel(int fd) {
    this.fd = fd;
  }

  /** Takes the descriptor. */
  static FuseChannel of(int fd) {
    return new FuseChannel(fd);
  }

  static FuseChannel open() throws IOException {
    int fd = FileCalls.open("/dev/fuse", FileCalls.O_RDWR | FileCalls.O_CLOEXEC);
    if (fd < 0)
      throw new IOException(
          "/dev/fuse cannot be opened: errno "
              + Result.errno(fd)
              + "; load the kernel module fuse, or give this container the device");
    DeviceCalls.doNotBlock(fd);
    return new FuseChannel(fd);
  }

  /** A further descriptor of the same connection, once it is mounted. */
  FuseChannel another() throws IOException {
    FuseChannel other = open();
    NativeMemory argument = new NativeMemory(4);
    argument.bytes().putInt(0, fd);
    int cloned = DeviceCalls.control(other.fd, FUSE_DEV_IOC_CLONE, argument);
    if (cloned < 0) {
      other.close();
      throw new IOException("FUSE_DEV_IOC_CLONE: errno " + Result.errno(cloned));
    }
    return other;
  }

  int number() {
    return fd;
  }

  /** One request, where one is there; bytes or -errno. */
  long read(NativeMemory into) {
    return DataCalls.readStream(fd, into);
  }

  /** An answer or a notification; 0 or more, or -errno. Nobody reads a closed channel's answer. */
  synchronized long write(NativeMemory from, int length) {
    return closed ? 0 : DataCalls.writeStream(fd, from, length);
  }

  /** Only when nobody reads it any more. */
  synchronized void close() {
    if (closed) return;
    closed = true;
    FileCalls.close(fd);
  }
}
