package io.sojourn.engine.files;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A fanotify(7) group: hears of changes to the directories and files that it is told of, and who
 * made them. What is written through a shared mapping is not heard of: the kernel does not say.
 */
public final class FileWatch implements AutoCloseable {
  private static final int FAN_CLOEXEC = 0x1;
  private static final int FAN_UNLIMITED_QUEUE = 0x10;
  private static final int FAN_REPORT_TID = 0x100;
  private static final int FAN_REPORT_FID = 0x200;
  private static final int FAN_REPORT_DIR_FID = 0x400;
  private static final int FAN_REPORT_NAME = 0x800;
  private static final int FAN_MARK_ADD = 0x1;
  private static final int FAN_MARK_REMOVE = 0x2;
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int HANDLE_MAX = 128;
  private static final long NAMES =
      Notification.CREATE | Notification.DELETE | Notification.MOVED_FROM | Notification.MOVED_TO;
  private static final long CONTENT = Notification.MODIFY | Notification.ATTRIB;

  private final int group;
  private final NativeMemory events = new NativeMemory(65536);
  private volatile boolean closed;

  private FileWatch(int group) {
    this.group = group;
  }

  /** Needs CAP_SYS_ADMIN, and Linux 5.9. */
  public static FileWatch open() throws IOException {
    int group =
        Result.of(
            LibcFiles.fanotify_init(
                FAN_CLOEXEC
                    | FAN_UNLIMITED_QUEUE
                    | FAN_REPORT_TID
                    | FAN_REPORT_FID
                    | FAN_REPORT_DIR_FID
                    | FAN_REPORT_NAME,
                0));
    if (group < 0) throw new IOException("fanotify_init: errno " + Result.errno(group));
    return new FileWatch(group);
  }

  /** Hears of names in a directory, and of changes to what they name. 0 or -errno. */
  public int directory(int fd) {
    return mark(fd, FAN_MARK_ADD, NAMES | CONTENT | Notification.ON_CHILD | Notification.ONDIR);
  }

  /** Hears of a file by whatever name it is changed. 0 or -errno. */
  public int file(int fd) {
    return mark(fd, FAN_MARK_ADD, CONTENT);
  }

  public void forget(int fd, boolean directory) {
    mark(
        fd,
        FAN_MARK_REMOVE,
        directory ? NAMES | CONTENT | Notification.ON_CHILD | Notification.ONDIR : CONTENT);
  }

  private int mark(int fd, int how, long mask) {
    // SAFETY: the path is NUL-terminated and leads to the descriptor alone.
    return Result.of(
        LibcFiles.fanotify_mark(group, how, mask, AT_FDCWD, FileName.ofDescriptor(fd)));
  }

  /**
   * How events name what a descriptor refers to; empty where its file system cannot say, or where
   * it may change without this kernel's doing: then no event tells of that.
   */
  public static Optional<String> identify(int fd) {
    NativeMemory memory = new NativeMemory(256);
    // SAFETY: struct statfs has 120 bytes; f_fsid lies at 56 on 64-bit Linux.
    if (LibcFiles.fstatfs(fd, memory.address()) < 0) return Optional.empty();
    if (!FileSystemType.changesHereOnly(memory.bytes().getLong(0))) return Optional.empty();
    long fsid = memory.bytes().getLong(56);
    memory.bytes().putLong(0, fsid).putInt(8, HANDLE_MAX);
    // SAFETY: struct file_handle with room for HANDLE_MAX bytes, then the mount's number.
    int done =
        LibcFiles.name_to_handle_at(
            fd,
            FileName.EMPTY,
            memory.address() + 8,
            memory.address() + 16 + HANDLE_MAX,
            AT_EMPTY_PATH);
    if (done < 0) return Optional.empty();
    return Optional.of(Notification.hex(memory.bytes(), 0, 16 + memory.bytes().getInt(8)));
  }

  /** The next events. Blocks; empty after it was woken, or closed. */
  public List<Notification> await() {
    if (closed) return List.of();
    long length = DataCalls.readStream(group, events);
    return length <= 0 ? List.of() : Notification.read(events.bytes(), (int) length);
  }

  /** Only when nobody waits any more: a closed descriptor's number is given anew. */
  @Override
  public void close() {
    if (closed) return;
    closed = true;
    FileCalls.close(group);
  }
}
