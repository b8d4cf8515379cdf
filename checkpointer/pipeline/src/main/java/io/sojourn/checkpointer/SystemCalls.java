package io.sojourn.checkpointer;

import java.util.Map;

/**
 * Names of the x86_64 system calls that threads block in. See
 * arch/x86/entry/syscalls/syscall_64.tbl.
 */
final class SystemCalls {
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(0, "read"),
          Map.entry(1, "write"),
          Map.entry(7, "poll"),
          Map.entry(17, "pread64"),
          Map.entry(18, "pwrite64"),
          Map.entry(19, "readv"),
          Map.entry(20, "writev"),
          Map.entry(23, "select"),
          Map.entry(34, "pause"),
          Map.entry(35, "nanosleep"),
          Map.entry(42, "connect"),
          Map.entry(43, "accept"),
          Map.entry(44, "sendto"),
          Map.entry(45, "recvfrom"),
          Map.entry(46, "sendmsg"),
          Map.entry(47, "recvmsg"),
          Map.entry(61, "wait4"),
          Map.entry(72, "fcntl"),
          Map.entry(73, "flock"),
          Map.entry(74, "fsync"),
          Map.entry(75, "fdatasync"),
          Map.entry(128, "rt_sigtimedwait"),
          Map.entry(202, "futex"),
          Map.entry(230, "clock_nanosleep"),
          Map.entry(232, "epoll_wait"),
          Map.entry(247, "waitid"),
          Map.entry(270, "pselect6"),
          Map.entry(271, "ppoll"),
          Map.entry(281, "epoll_pwait"),
          Map.entry(288, "accept4"),
          Map.entry(299, "recvmmsg"),
          Map.entry(441, "epoll_pwait2"));

  private SystemCalls() {}

  static String name(int number) {
    return NAMES.getOrDefault(number, "system call " + number);
  }

  /** The first argument is the descriptor that is waited for. */
  static boolean waitsForDescriptor(String name) {
    return switch (name) {
      case "read",
          "write",
          "pread64",
          "pwrite64",
          "readv",
          "writev",
          "connect",
          "accept",
          "accept4",
          "sendto",
          "recvfrom",
          "sendmsg",
          "recvmsg",
          "recvmmsg",
          "fcntl",
          "flock",
          "fsync",
          "fdatasync" ->
          true;
      default -> false;
    };
  }

  static boolean polls(String name) {
    return name.equals("poll") || name.equals("ppoll");
  }

  static boolean waitsForEpoll(String name) {
    return name.startsWith("epoll_");
  }
}
