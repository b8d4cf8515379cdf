package io.sojourn.engine.files;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Calls that make, name, remove and describe files. Results as {@link Result} says. Names are
 * children of a directory, as bytes without NUL; whoever takes them from strangers checks them with
 * {@link FileName#isChild}.
 */
public final class FileCalls {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_ACCMODE = 3;
  public static final int O_CREAT = 0100;
  public static final int O_EXCL = 0200;
  public static final int O_NOCTTY = 0400;
  private static final int F_GETFL = 3;
  public static final int O_TRUNC = 01000;
  public static final int O_APPEND = 02000;
  public static final int O_NONBLOCK = 04000;
  public static final int O_DSYNC = 010000;
  public static final int O_DIRECT = 040000;
  public static final int O_DIRECTORY = 0200000;
  public static final int O_NOFOLLOW = 0400000;
  public static final int O_CLOEXEC = 02000000;
  public static final int O_SYNC = 04010000;
  public static final int O_PATH = 010000000;
  public static final int O_TMPFILE = 020000000 | O_DIRECTORY;
  public static final int AT_REMOVEDIR = 0x200;
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EACCESS = 0x200;
  private static final int AT_SYMLINK_FOLLOW = 0x400;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int BASIC_STATS_BIRTH_AND_MOUNT = 0x7ff | 0x800 | 0x1000;

  private static final ThreadLocal<NativeMemory> SMALL =
      ThreadLocal.withInitial(() -> new NativeMemory(4096));

  private FileCalls() {}

  /** Whether a file that is opened so is only read. */
  public static boolean onlyReads(int flags) {
    return (flags & (O_ACCMODE | O_TRUNC)) == O_RDONLY;
  }

  /** A directory by its path, to begin at; O_PATH. */
  public static int directory(String path) {
    // SAFETY: the path is NUL-terminated, by terminated().
    return Result.of(
        LibcFiles.openat(AT_FDCWD, FileName.terminated(path), O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
  }

  /** Opens a path as open(2) does. */
  public static int open(String path, int flags) {
    // SAFETY: as above.
    return Result.of(LibcFiles.openat(AT_FDCWD, FileName.terminated(path), flags, 0));
  }

  /** The same, with the mode of a file that is made. */
  public static int open(String path, int flags, int mode) {
    // SAFETY: as above.
    return Result.of(LibcFiles.openat(AT_FDCWD, FileName.terminated(path), flags, mode));
  }

  /** How a descriptor is open: access mode and status flags. */
  public static int flags(int fd) {
    // SAFETY: a number only.
    return Result.of(LibcFiles.fcntl(fd, F_GETFL, 0));
  }

  /** A handle on a child, of any kind, that follows no link and asks for no right on the child. */
  public static int handle(int dir, byte[] name) {
    return openChild(dir, name, O_PATH, 0);
  }

  /** Opens a child; a link is not followed. */
  public static int openChild(int dir, byte[] name, int flags, int mode) {
    // SAFETY: the name is NUL-terminated and outlives the call, as in all calls below.
    return Result.of(
        LibcFiles.openat(
            dir, FileName.terminated(name), flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, mode));
  }

  /** Opens what a handle refers to; checks the rights on it alone. */
  public static int reopen(int fd, int flags) {
    return Result.of(
        LibcFiles.openat(AT_FDCWD, FileName.ofDescriptor(fd), flags | O_CLOEXEC | O_NOCTTY, 0));
  }

  /** A nameless file in a directory. */
  public static int temporary(int dir, int flags, int mode) {
    return Result.of(
        LibcFiles.openat(dir, FileName.terminated("."), flags | O_TMPFILE | O_CLOEXEC, mode));
  }

  /** Never fails in a way that anybody could mend. */
  public static void close(int fd) {
    LibcFiles.close(fd);
  }

  /** Null where the kernel refuses; ask {@link #lastError}. */
  public static @Nullable Statx stat(int fd) {
    return stat(fd, FileName.EMPTY, AT_EMPTY_PATH);
  }

  /** The same of a child, which is not followed where it is a link. */
  public static @Nullable Statx child(int dir, byte[] name) {
    return stat(dir, FileName.terminated(name), 0);
  }

  private static @Nullable Statx stat(int fd, byte[] path, int flags) {
    NativeMemory buffer = SMALL.get();
    // SAFETY: the buffer is larger than struct statx, the path is NUL-terminated.
    int done =
        LibcFiles.statx(
            fd, path, flags | AT_SYMLINK_NOFOLLOW, BASIC_STATS_BIRTH_AND_MOUNT, buffer.address());
    return done < 0 ? null : Statx.read(buffer.bytes());
  }

  /** The errno of this thread's last failed call. */
  public static int lastError() {
    return com.sun.jna.Native.getLastError();
  }

  /** A link's target. Null where the kernel refuses. */
  public static byte @Nullable [] readLink(int fd) {
    return target(fd, FileName.EMPTY);
  }

  /** The same of a child that is one. */
  public static byte @Nullable [] readLink(int dir, byte[] name) {
    return target(dir, FileName.terminated(name));
  }

  private static byte @Nullable [] target(int fd, byte[] path) {
    NativeMemory buffer = SMALL.get();
    // SAFETY: the kernel writes at most the size that it is given; the path is NUL-terminated.
    long length = LibcFiles.readlinkat(fd, path, buffer.address(), buffer.size());
    if (length < 0) return null;
    byte[] target = new byte[(int) length];
    buffer.bytes().get(0, target);
    return target;
  }

  public static int symlink(byte[] target, int dir, byte[] name) {
    return Result.of(
        LibcFiles.symlinkat(FileName.terminated(target), dir, FileName.terminated(name)));
  }

  public static int makeNode(int dir, byte[] name, int mode, long device) {
    return Result.of(LibcFiles.mknodat(dir, FileName.terminated(name), mode, device));
  }

  public static int makeDirectory(int dir, byte[] name, int mode) {
    return Result.of(LibcFiles.mkdirat(dir, FileName.terminated(name), mode));
  }

  /**
   * @param flags {@link #AT_REMOVEDIR} or 0
   */
  public static int unlink(int dir, byte[] name, int flags) {
    return Result.of(LibcFiles.unlinkat(dir, FileName.terminated(name), flags));
  }

  public static int rename(int fromDir, byte[] from, int toDir, byte[] to, int flags) {
    return Result.of(
        LibcFiles.renameat2(
            fromDir, FileName.terminated(from), toDir, FileName.terminated(to), flags));
  }

  /** A new name for what a handle refers to; also for a file that has none. */
  public static int link(int fd, int dir, byte[] name) {
    return Result.of(
        LibcFiles.linkat(
            AT_FDCWD,
            FileName.ofDescriptor(fd),
            dir,
            FileName.terminated(name),
            AT_SYMLINK_FOLLOW));
  }

  public static int changeMode(int fd, int mode) {
    return Result.of(LibcFiles.chmod(FileName.ofDescriptor(fd), mode));
  }

  /** -1 leaves a number as it is. */
  public static int changeOwner(int fd, int uid, int gid) {
    return Result.of(
        LibcFiles.fchownat(fd, FileName.EMPTY, uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW));
  }

  /** By name: the rights on the file are checked. */
  public static int truncate(int fd, long size) {
    return Result.of(LibcFiles.truncate(FileName.ofDescriptor(fd), size));
  }

  /** By an open descriptor: it must be open for writing, and that is all. */
  public static int truncateOpen(int fd, long size) {
    return Result.of(LibcFiles.ftruncate(fd, size));
  }

  /** UTIME_NOW and UTIME_OMIT may stand for nanoseconds: utimensat(2). */
  public static int changeTimes(int fd, Statx.Time accessed, Statx.Time modified) {
    NativeMemory times = SMALL.get();
    times
        .bytes()
        .putLong(0, accessed.seconds())
        .putLong(8, accessed.nanos())
        .putLong(16, modified.seconds())
        .putLong(24, modified.nanos());
    // SAFETY: two struct timespec, each two longs on 64-bit Linux.
    return Result.of(LibcFiles.utimensat(fd, FileName.EMPTY, times.address(), AT_EMPTY_PATH));
  }

  /** With the thread's file system identity, not with the process's real one. */
  public static int access(int fd, int mode) {
    return Result.of(LibcFiles.faccessat(fd, FileName.EMPTY, mode, AT_EACCESS | AT_EMPTY_PATH));
  }

  /** struct statfs of the file system, in the machine's layout; null where the kernel refuses. */
  public static @Nullable ByteBuffer fileSystem(int fd) {
    NativeMemory buffer = SMALL.get();
    // SAFETY: struct statfs has 120 bytes on 64-bit Linux.
    return LibcFiles.fstatfs(fd, buffer.address()) < 0 ? null : buffer.bytes();
  }
}
