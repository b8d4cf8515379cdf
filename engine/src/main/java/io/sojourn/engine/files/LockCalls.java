package io.sojourn.engine.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Locks that belong to an open file description: fcntl(2) F_OFD_*, flock(2). They meet the locks of
 * other processes, of either kind of fcntl lock, as if a process held them. Results as {@link
 * Result} says.
 */
public final class LockCalls {
  public static final int F_RDLCK = 0;
  public static final int F_WRLCK = 1;
  public static final int F_UNLCK = 2;
  public static final int LOCK_NB = 4;
  public static final int LOCK_SH = 1;
  public static final int LOCK_EX = 2;
  public static final int LOCK_UN = 8;

  private static final int AT_ONCE =
      FileCalls.O_RDONLY
          | FileCalls.O_NOFOLLOW
          | FileCalls.O_NONBLOCK
          | FileCalls.O_NOCTTY
          | FileCalls.O_CLOEXEC;

  private static final int F_OFD_GETLK = 36;
  private static final int F_OFD_SETLK = 37;
  private static final int F_OFD_SETLKW = 38;

  private static final ThreadLocal<NativeMemory> LOCK =
      ThreadLocal.withInitial(() -> new NativeMemory(32));

  private LockCalls() {}

  /**
   * A range of a file.
   *
   * @param type F_RDLCK, F_WRLCK or F_UNLCK
   * @param length 0: to the end, however far that moves
   * @param pid of the owner, where one was found
   */
  public record Range(int type, long start, long length, int pid) {}

  public static int set(int fd, Range range, boolean wait) {
    NativeMemory lock = written(range);
    // SAFETY: struct flock of 64-bit Linux; l_pid must be 0 for these commands.
    return Result.of(LibcFiles.fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, lock.address()));
  }

  /**
   * What is in the way of a lock, or the range with F_UNLCK; an errno is in {@code pid}, negative.
   */
  public static Range test(int fd, Range range) {
    NativeMemory lock = written(range);
    // SAFETY: as above.
    int result = Result.of(LibcFiles.fcntl(fd, F_OFD_GETLK, lock.address()));
    if (result < 0) return new Range(F_UNLCK, 0, 0, result);
    return new Range(
        lock.bytes().getShort(0),
        lock.bytes().getLong(8),
        lock.bytes().getLong(16),
        Math.max(0, lock.bytes().getInt(24)));
  }

  /** What is held through a descriptor of ours: proc(5), fdinfo. A flock(2) is a range of -1. */
  public static List<Range> held(int fd) {
    try {
      return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
          .filter(line -> line.startsWith("lock:"))
          .map(line -> line.split("\\s+"))
          .filter(words -> words[2].equals("OFDLCK") || words[2].equals("FLOCK"))
          .map(LockCalls::range)
          .toList();
    } catch (IOException closed) {
      return List.of();
    }
  }

  /** "lock:", "1:", "OFDLCK", "ADVISORY", "WRITE", pid, device and inode, start, end. */
  private static Range range(String[] words) {
    int type = words[4].equals("WRITE") ? F_WRLCK : F_RDLCK;
    if (words[2].equals("FLOCK")) return new Range(type, -1, 0, 0);
    long start = Long.parseLong(words[7]);
    long length = words[8].equals("EOF") ? 0 : Long.parseLong(words[8]) - start + 1;
    return new Range(type, start, length, 0);
  }

  /**
   * @param operation LOCK_SH 1, LOCK_EX 2, LOCK_UN 8, with or without LOCK_NB
   */
  public static int flock(int fd, int operation) {
    return Result.of(LibcFiles.flock(fd, operation));
  }

  /**
   * Opens a file and locks it, flock(2), without waiting for anything: what a name of somebody
   * else's leads to by now must neither hold us up nor be changed.
   *
   * @return the descriptor, which has the lock
   */
  public static int openLocked(String path) {
    int opened = FileCalls.open(path, AT_ONCE);
    if (opened < 0) return opened;
    int locked = flock(opened, LOCK_EX | LOCK_NB);
    if (locked >= 0) return opened;
    FileCalls.close(opened);
    return locked;
  }

  private static NativeMemory written(Range range) {
    NativeMemory lock = LOCK.get();
    lock.bytes()
        .putLong(0, 0)
        .putShort(0, (short) range.type())
        .putLong(8, range.start())
        .putLong(16, range.length())
        .putLong(24, 0);
    return lock;
  }
}
