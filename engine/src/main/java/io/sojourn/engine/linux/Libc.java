package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** System calls that Java has no word for, by JNA's direct mapping. Numbers are x86_64's. */
final class Libc {
  static {
    Native.register("c");
  }

  private Libc() {}

  static final int SYS_SETPRIORITY = 141;
  static final int SYS_FUTEX = 202;
  static final int SYS_TEE = 276;
  static final int SYS_PRLIMIT64 = 302;
  static final int SYS_PIDFD_OPEN = 434;
  static final int SYS_PIDFD_GETFD = 438;

  static native long syscall(long number, Pointer a, long b, long c, Pointer d, Pointer e, long f);

  static native long syscall(long number, long a, long b, long c) throws LastErrorException;

  static native long syscall(long number, long a, long b, long[] c, Pointer d)
      throws LastErrorException;

  static native long syscall(long number, long a, long b, long c, long d) throws LastErrorException;

  static native int kill(int pid, int signal) throws LastErrorException;

  static native int open(String path, int flags) throws LastErrorException;

  static native int pipe2(int[] ends, int flags) throws LastErrorException;

  static native int fcntl(int descriptor, int command, int argument) throws LastErrorException;

  /** An offset is a loff_t of the caller's, which is moved; none for a pipe or a socket. */
  static native long splice(
      int from,
      long @Nullable [] fromOffset,
      int to,
      long @Nullable [] toOffset,
      long length,
      int flags)
      throws LastErrorException;

  static native int statfs(String path, long[] buffer) throws LastErrorException;

  static native int fchown(int fd, int uid, int gid) throws LastErrorException;

  static native int close(int descriptor) throws LastErrorException;

  static native int socketpair(int domain, int type, int protocol, int[] pair)
      throws LastErrorException;

  static native long recv(int descriptor, byte[] buffer, long length, int flags)
      throws LastErrorException;

  /**
   * -1 where it fails, with the error at {@link Native#getLastError}: it is called too often for
   * exceptions.
   */
  static native long recv(int descriptor, Pointer buffer, long length, int flags);

  static native long recv(int descriptor, ByteBuffer buffer, long length, int flags)
      throws LastErrorException;

  static native long send(int descriptor, byte[] buffer, long length, int flags)
      throws LastErrorException;

  static native long sendto(
      int socket, byte[] buffer, long length, int flags, byte[] address, int addressLength)
      throws LastErrorException;

  static native int setsockopt(int descriptor, int level, int name, int[] value, int length)
      throws LastErrorException;

  static native int getsockopt(int descriptor, int level, int name, int[] value, int[] length)
      throws LastErrorException;

  static native int setsockopt(int descriptor, int level, int name, byte[] value, int length)
      throws LastErrorException;

  static native int getsockopt(int descriptor, int level, int name, byte[] value, int[] length)
      throws LastErrorException;

  static native int socket(int domain, int type, int protocol) throws LastErrorException;

  static native int bind(int socket, byte[] address, int length) throws LastErrorException;

  static native int connect(int socket, byte[] address, int length) throws LastErrorException;

  static native int shutdown(int socket, int how) throws LastErrorException;

  static native int listen(int socket, int backlog) throws LastErrorException;

  static native int getsockname(int socket, byte[] address, int[] length) throws LastErrorException;

  static native int getpeername(int socket, byte[] address, int[] length) throws LastErrorException;

  static native int ioctl(int descriptor, long request, byte[] argument) throws LastErrorException;

  static native int ioctl(int descriptor, long request, int[] argument) throws LastErrorException;

  static native int ioctl(int descriptor, long request, Pointer argument) throws LastErrorException;

  static native long read(int descriptor, byte[] buffer, long length) throws LastErrorException;

  static native long write(int descriptor, byte[] buffer, long length) throws LastErrorException;

  static native long sendmsg(int socket, Pointer message, int flags) throws LastErrorException;

  static native long recvmsg(int socket, Pointer message, int flags) throws LastErrorException;

  static native long process_vm_readv(
      int pid, Pointer ours, long ourCount, Pointer theirs, long theirCount, long flags)
      throws LastErrorException;

  static native long process_vm_writev(
      int pid, Pointer ours, long ourCount, Pointer theirs, long theirCount, long flags)
      throws LastErrorException;

  static native int unshare(int flags) throws LastErrorException;

  static native int setns(int descriptor, int kind) throws LastErrorException;

  static native int eventfd(int value, int flags) throws LastErrorException;

  static native String strerror(int error);

  static native int poll(int[] fds, long count, int timeoutMillis) throws LastErrorException;

  static native int clock_gettime(int clock, long[] timespec) throws LastErrorException;

  /** Returns an errno value instead of setting it. */
  static native int posix_spawn(
      int[] pid, String path, Pointer actions, Pointer attributes, StringArray argv, Pointer envp);

  static native int posix_spawn_file_actions_init(Pointer actions);

  static native int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

  static native int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

  static native int posix_spawn_file_actions_destroy(Pointer actions);

  static native int posix_spawnattr_init(Pointer attributes);

  static native int posix_spawnattr_setflags(Pointer attributes, short flags);

  static native int posix_spawnattr_destroy(Pointer attributes);

  static native int waitpid(int pid, int[] status, int options) throws LastErrorException;
}
