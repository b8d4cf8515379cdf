package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;

/** System calls that Java has no word for, by JNA's direct mapping. Numbers are x86_64's. */
final class Libc {
  static {
    Native.register("c");
  }

  private Libc() {}

  static final int SYS_FUTEX = 202;
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

  static native int fcntl(int descriptor, int command, int argument) throws LastErrorException;

  static native int close(int descriptor) throws LastErrorException;

  static native int socketpair(int domain, int type, int protocol, int[] pair)
      throws LastErrorException;

  static native long recv(int descriptor, byte[] buffer, long length, int flags)
      throws LastErrorException;

  static native long send(int descriptor, byte[] buffer, long length, int flags)
      throws LastErrorException;

  static native int setsockopt(int descriptor, int level, int name, int[] value, int length)
      throws LastErrorException;

  static native int getsockopt(int descriptor, int level, int name, int[] value, int[] length)
      throws LastErrorException;

  static native int poll(int[] fds, long count, int timeoutMillis) throws LastErrorException;

  static native int clock_gettime(int clock, long[] timespec) throws LastErrorException;

  /** Returns an errno value instead of setting it. */
  static native int posix_spawn(
      int[] pid, String path, Pointer actions, Pointer attributes, StringArray argv, Pointer envp);

  static native int posix_spawn_file_actions_init(Pointer actions);

  static native int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

  static native int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

  static native int posix_spawn_file_actions_destroy(Pointer actions);

  static native int waitpid(int pid, int[] status, int options) throws LastErrorException;
}
