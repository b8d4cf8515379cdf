package io.sojourn.engine.files;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The C library's file calls, by JNA's direct mapping. Memory is passed as an address; names are
 * bytes with a NUL at the end, because a file name need not be text. None throws: -1 says to look
 * at {@link Native#getLastError()}, which is the calling thread's own.
 */
final class LibcFiles {
  static {
    Native.register("c");
  }

  private LibcFiles() {}

  static native int openat(int dir, byte[] path, int flags, int mode);

  static native int close(int fd);

  static native int fcntl(int fd, int command, long argument);

  static native int ioctl(int fd, long request, long argument);

  static native int statx(int dir, byte[] path, int flags, int mask, long buffer);

  static native int fstatfs(int fd, long buffer);

  static native long readlinkat(int dir, byte[] path, long buffer, long size);

  static native int symlinkat(byte[] target, int dir, byte[] name);

  static native int mknodat(int dir, byte[] name, int mode, long device);

  static native int socket(int domain, int type, int protocol);

  static native int bind(int socket, byte[] address, int length);

  static native int listen(int socket, int backlog);

  static native int connect(int socket, byte[] address, int length);

  static native int setsockopt(int socket, int level, int option, byte[] value, int length);

  static native int mkdirat(int dir, byte[] name, int mode);

  static native int unlinkat(int dir, byte[] name, int flags);

  static native int renameat2(int fromDir, byte[] from, int toDir, byte[] to, int flags);

  static native int linkat(int fromDir, byte[] from, int toDir, byte[] to, int flags);

  static native int chmod(byte[] path, int mode);

  static native int fchmod(int fd, int mode);

  static native int fchownat(int dir, byte[] path, int uid, int gid, int flags);

  static native int truncate(byte[] path, long size);

  static native int ftruncate(int fd, long size);

  static native int utimensat(int dir, byte[] path, long times, int flags);

  static native int faccessat(int dir, byte[] path, int mode, int flags);

  static native long read(int fd, long buffer, long size);

  static native long write(int fd, long buffer, long size);

  static native long pread(int fd, long buffer, long size, long offset);

  static native long pwritev2(int fd, long vector, int count, long offset, int flags);

  static native int fsync(int fd);

  static native int fdatasync(int fd);

  static native long lseek(int fd, long offset, int whence);

  static native int fallocate(int fd, int mode, long offset, long length);

  static native long copy_file_range(
      int in, long inOffset, int out, long outOffset, long length, int flags);

  static native long getdents64(int fd, long buffer, long size);

  static native int flock(int fd, int operation);

  static native int setxattr(byte[] path, byte[] name, byte[] value, long size, int flags);

  static native long getxattr(byte[] path, byte[] name, long value, long size);

  static native long listxattr(byte[] path, long list, long size);

  static native int removexattr(byte[] path, byte[] name);

  static native int name_to_handle_at(int dir, byte[] path, long handle, long mountId, int flags);

  static native int fanotify_init(int flags, int eventFlags);

  static native int fanotify_mark(int group, int flags, long mask, int dir, byte[] path);

  static native int mount(byte[] source, byte[] target, byte[] type, long flags, byte[] data);

  static native int umount2(byte[] target, int flags);

  static native int umask(int mask);

  static native int unshare(int flags);

  static native int setfsuid(int uid);

  static native int setfsgid(int gid);

  static native int sigaction(int signal, long action, long old);

  static native long syscall(long number, long a, long b, long c);

  static long function(String name) {
    return Pointer.nativeValue(com.sun.jna.NativeLibrary.getInstance("c").getFunction(name));
  }
}
