package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open descriptor of a process, as /proc/PID/fd and fdinfo show it.
 *
 * @param target what the link says: a path, "socket:[123]", "pipe:[123]", "anon_inode:[eventpoll]"
 * @param flags as of open(2)
 * @param position offset in bytes
 */
public record Descriptor(int pid, int number, String target, int flags, long position) {
  private static final int O_ACCMODE = 3;
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;
  private static final int O_APPEND = 02000;
  private static final int O_NONBLOCK = 04000;

  /** MQUEUE_MAGIC of linux/magic.h. */
  private static final long MESSAGE_QUEUES = 0x19800202;

  private static final String DELETED = " (deleted)";

  /** All descriptors of a process; those closed meanwhile are left out. */
  public static List<Descriptor> of(int pid) {
    List<Descriptor> descriptors = new ArrayList<>();
    for (int number : Proc.numbers(Proc.of(pid).resolve("fd")))
      Proc.link(Proc.of(pid).resolve("fd/" + number))
          .ifPresent(target -> descriptors.add(read(pid, number, target)));
    return descriptors;
  }

  /** The first one of a process that leads to what /proc calls so: pipe:[N], socket:[N]. */
  public static Optional<Descriptor> named(int pid, String target) {
    return Proc.numbers(Proc.of(pid).resolve("fd")).stream()
        .filter(
            number ->
                Proc.link(Proc.of(pid).resolve("fd/" + number)).stream().anyMatch(target::equals))
        .findFirst()
        .map(number -> read(pid, number, target));
  }

  /** One of this process's own, which is open. */
  public static Descriptor ofOurs(int number) {
    return of((int) ProcessHandle.current().pid(), number);
  }

  /** One of a process, which has it open. */
  public static Descriptor of(int pid, int number) {
    return read(pid, number, Proc.link(Proc.of(pid).resolve("fd/" + number)).orElse(""));
  }

  private static Descriptor read(int pid, int number, String target) {
    int flags = 0;
    long position = 0;
    for (String line : Proc.lines(Proc.of(pid).resolve("fdinfo/" + number))) {
      if (line.startsWith("pos:")) position = Long.parseLong(line.substring(4).strip());
      if (line.startsWith("flags:")) flags = (int) Long.parseLong(line.substring(6).strip(), 8);
      if (line.startsWith("mnt_id:")) break;
    }
    return new Descriptor(pid, number, target, flags, position);
  }

  /** Other descriptors that this one watches, where it is an epoll: the "tfd" lines of fdinfo. */
  public List<Integer> watched() {
    return Proc.lines(Proc.of(pid).resolve("fdinfo/" + number)).stream()
        .filter(line -> line.startsWith("tfd:"))
        .map(line -> Integer.parseInt(line.substring(4).strip().split("\\s+")[0]))
        .toList();
  }

  /** The process that this one stands for, where it is a pidfd that lives; else 0. */
  public int process() {
    return Proc.lines(Proc.of(pid).resolve("fdinfo/" + number)).stream()
        .filter(line -> line.startsWith("Pid:"))
        .mapToInt(line -> Math.max(0, Integer.parseInt(line.substring(4).strip())))
        .findFirst()
        .orElse(0);
  }

  /**
   * Whether a lock is held through it, or on its file by its process: the "lock" lines of fdinfo.
   */
  public boolean locked() {
    return Proc.lines(Proc.of(pid).resolve("fdinfo/" + number)).stream()
        .anyMatch(line -> line.startsWith("lock:"));
  }

  /** How many descriptors are on their way in a unix socket's queue: "scm_fds" of fdinfo. */
  public int inFlight() {
    return Proc.lines(Proc.of(pid).resolve("fdinfo/" + number)).stream()
        .filter(line -> line.startsWith("scm_fds:"))
        .mapToInt(line -> Integer.parseInt(line.substring(8).strip()))
        .findFirst()
        .orElse(0);
  }

  public boolean readable() {
    return (flags & O_ACCMODE) != O_WRONLY;
  }

  public boolean writable() {
    return (flags & O_ACCMODE) != O_RDONLY;
  }

  public boolean appendOnly() {
    return (flags & O_ACCMODE) == O_WRONLY && (flags & O_APPEND) != 0;
  }

  public boolean blocks() {
    return (flags & O_NONBLOCK) == 0;
  }

  /** Whether what is written through it goes to the end, wherever that is. */
  public boolean appends() {
    return (flags & O_APPEND) != 0;
  }

  public boolean deleted() {
    return target.endsWith(DELETED);
  }

  /** The path without the remark that it is gone. */
  public String path() {
    return deleted() ? target.substring(0, target.length() - DELETED.length()) : target;
  }

  public boolean isSocket() {
    return target.startsWith("socket:[");
  }

  /** A memfd: shown as a deleted file, and no file at all. The Z collector's heap is one. */
  public boolean isMemory() {
    return target.startsWith("/memfd:");
  }

  /** One without a name. */
  public boolean isPipe() {
    return target.startsWith("pipe:[");
  }

  /** A pipe with a name, which somebody has given it by mkfifo(3). */
  public boolean isFifo() {
    return target.startsWith("/") && status().filter(FileStatus::fifo).isPresent();
  }

  /** The number in brackets of a socket or pipe; 0 for others. */
  public long inode() {
    int from = target.indexOf('['), to = target.indexOf(']');
    return (isSocket() || isPipe()) && to > from
        ? Long.parseLong(target.substring(from + 1, to))
        : 0;
  }

  /**
   * A path that opens the same thing, through the kernel's own link. Where that is /dev/tty, which
   * leads everybody to his own terminal: the link of another descriptor of that one, if its process
   * has one. Not by a name: what has a terminal's name may be something else where the process is.
   */
  public Path reopen() {
    if (!isOwnTerminal()) return link();
    long terminal = Proc.terminalDevice(pid);
    return of(pid).stream()
        .filter(other -> other.isTerminal(terminal))
        .findFirst()
        .map(Descriptor::link)
        .orElse(link());
  }

  /**
   * @param device its number, as st_rdev of stat(2) has it
   */
  public boolean isTerminal(long device) {
    return device != 0
        && target.startsWith("/")
        && status()
            .filter(it -> it.characterDevice() && it.representedDevice() == device)
            .isPresent();
  }

  private Path link() {
    return Proc.of(pid).resolve("fd/" + number);
  }

  /**
   * Whether it was opened as /dev/tty: a device of its own, from which that is read and written.
   */
  public boolean isOwnTerminal() {
    return target.equals("/dev/tty") && status().filter(FileStatus::isOwnTerminal).isPresent();
  }

  /** A regular file without a name, which lasts only as long as somebody has it open. */
  public Optional<FileStatus> deletedFile() {
    return deleted() && !isMemory() ? status().filter(FileStatus::regular) : Optional.empty();
  }

  /** Memory that the kernel itself cannot see, memfd_secret(2). */
  public boolean isSecretMemory() {
    return path().equals(Mapping.SECRET);
  }

  /** A queue of mq_open(3). It looks like a regular file. */
  public boolean isMessageQueue() {
    long[] fileSystem = new long[15];
    try {
      // SAFETY: struct statfs has 120 bytes on 64-bit Linux; f_type is the first.
      Libc.statfs(reopen().toString(), fileSystem);
      return fileSystem[0] == MESSAGE_QUEUES;
    } catch (LastErrorException gone) {
      return false;
    }
  }

  /** A regular file that has a name, by which something else is found: what is mounted over it. */
  public boolean hidden() {
    return !deleted()
        && target.startsWith("/")
        && status().filter(FileStatus::regular).filter(this::elsewhere).isPresent()
        // It may have got another name just now.
        && Proc.link(reopen()).filter(target::equals).isPresent();
  }

  /** Whether what is found under its path is what is behind it. */
  public boolean hasItsName() {
    return !deleted() && status().filter(open -> !elsewhere(open)).isPresent();
  }

  private boolean elsewhere(FileStatus open) {
    return FileStatus.of(Proc.of(pid).resolve("root" + target))
        .filter(named -> named.inode() == open.inode() && named.device() == open.device())
        .isEmpty();
  }

  /** stat(2) of what is behind it; empty where it is gone. */
  public Optional<FileStatus> status() {
    return FileStatus.of(link());
  }
}
