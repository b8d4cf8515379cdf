package io.sojourn.engine.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Plain facts of /proc. What is gone reads as empty: a process may end at any moment. See proc(5).
 */
public final class Proc {
  private Proc() {}

  static Path of(int pid) {
    return Path.of("/proc/" + pid);
  }

  /** A whole file; "" where it cannot be read. */
  static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException gone) {
      return "";
    }
  }

  static List<String> lines(Path file) {
    String text = text(file);
    return text.isEmpty() ? List.of() : Arrays.asList(text.split("\n"));
  }

  /** Lines of /proc/PID/net/TABLE. */
  public static List<String> networkTable(int pid, String table) {
    return lines(of(pid).resolve("net").resolve(table));
  }

  /** The same of the calling thread's network namespace. */
  public static List<String> networkTableHere(String table) {
    return lines(Path.of("/proc/thread-self/net").resolve(table));
  }

  static Optional<String> link(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link).toString());
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** Names in a directory that are numbers. */
  static List<Integer> numbers(Path directory) {
    List<Integer> numbers = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "[0-9]*")) {
      for (Path entry : entries) numbers.add(Integer.parseInt(entry.getFileName().toString()));
    } catch (IOException | java.nio.file.DirectoryIteratorException gone) {
      return List.of();
    }
    numbers.sort(null);
    return numbers;
  }

  public static boolean exists(int pid) {
    return Files.exists(of(pid));
  }

  public static List<String> commandLine(int pid) {
    String line = text(of(pid).resolve("cmdline"));
    return line.isEmpty() ? List.of() : Arrays.asList(line.split("\0"));
  }

  /** The first 15 characters of its name. */
  public static String command(int pid) {
    return text(of(pid).resolve("comm")).strip();
  }

  public static String workingDirectory(int pid) {
    return link(of(pid).resolve("cwd")).orElse("");
  }

  public static String executable(int pid) {
    return link(of(pid).resolve("exe")).orElse("");
  }

  /** Real uid and gid. */
  public static int[] owner(int pid) {
    int[] owner = {-1, -1};
    for (String line : lines(of(pid).resolve("status"))) {
      String[] words = line.split("\\s+");
      if (words[0].equals("Uid:")) owner[0] = Integer.parseInt(words[1]);
      if (words[0].equals("Gid:")) owner[1] = Integer.parseInt(words[1]);
    }
    return owner;
  }

  /** Uid and gid: the real, the effective and the saved ones. Empty where it is gone. */
  public static List<int[]> identities(int pid) {
    String[] uids = {}, gids = {};
    for (String line : lines(of(pid).resolve("status"))) {
      if (line.startsWith("Uid:")) uids = line.split("\\s+");
      if (line.startsWith("Gid:")) gids = line.split("\\s+");
    }
    List<int[]> all = new ArrayList<>();
    for (int i = 1; i < 4 && i < uids.length && i < gids.length; i++)
      all.add(new int[] {Integer.parseInt(uids[i]), Integer.parseInt(gids[i])});
    return all;
  }

  /** Supplementary groups. */
  public static int[] groups(int pid) {
    for (String line : lines(of(pid).resolve("status")))
      if (line.startsWith("Groups:"))
        return Stream.of(line.substring(7).strip().split("\\s+"))
            .filter(word -> !word.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    return new int[0];
  }

  /** Number of the capability that lets a process read other users' limits. */
  public static final int CAP_SYS_RESOURCE = 24;

  /** Whether this process has a capability in effect. */
  public static boolean capable(int capability) {
    for (String line : lines(Path.of("/proc/self/status")))
      if (line.startsWith("CapEff:"))
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> capability & 1) == 1;
    return false;
  }

  /** The pid in the innermost of the process's pid namespaces: what getpid(2) says there. */
  public static int innermostPid(int pid) {
    for (String line : lines(of(pid).resolve("status")))
      if (line.startsWith("NSpid:")) {
        String[] words = line.split("\\s+");
        return Integer.parseInt(words[words.length - 1]);
      }
    return -1;
  }

  /**
   * Start in clock ticks since boot: with the pid it names a process for good. 0 where it is gone.
   */
  public static long startTicks(int pid) {
    String[] fields = statFields(pid);
    return fields.length > 19 ? Long.parseLong(fields[19]) : 0;
  }

  /** One letter: R, S, D, T, t, Z ...; ' ' where it is gone. */
  public static char state(int pid) {
    String[] fields = statFields(pid);
    return fields.length > 0 && !fields[0].isEmpty() ? fields[0].charAt(0) : ' ';
  }

  /** How a process ended that its parent has not collected; empty for any other. */
  static Optional<WaitStatus> endOf(int pid) {
    String[] fields = statFields(pid);
    return fields.length > 49 && fields[0].equals("Z")
        ? Optional.of(new WaitStatus(Integer.parseInt(fields[49])))
        : Optional.empty();
  }

  public static int group(int pid) {
    String[] fields = statFields(pid);
    return fields.length > 2 ? Integer.parseInt(fields[2]) : -1;
  }

  /** Number of its session's leader; 0 where that lives outside of our pid namespace. */
  public static int session(int pid) {
    String[] fields = statFields(pid);
    return fields.length > 3 ? Integer.parseInt(fields[3]) : -1;
  }

  /**
   * Whether a process may read its controlling terminal now: its group is in the foreground and it
   * is not stopped; or it has no such terminal.
   */
  public static boolean inForeground(int pid) {
    String[] fields = statFields(pid);
    return fields.length > 5
        && !fields[0].equals("T")
        && (fields[4].equals("0") || fields[2].equals(fields[5]));
  }

  /** Whether a process has a controlling terminal. */
  public static boolean hasTerminal(int pid) {
    return terminalDevice(pid) != 0;
  }

  /** A process's controlling terminal, as st_rdev of stat(2) has it; 0: it has none. */
  public static long terminalDevice(int pid) {
    String[] fields = statFields(pid);
    return fields.length > 4 ? Integer.toUnsignedLong(Integer.parseInt(fields[4])) : 0;
  }

  /** Whether a process leaves it to the kernel what a signal does. */
  public static boolean leavesToKernel(int pid, int signal) {
    for (String line : lines(of(pid).resolve("status")))
      if (line.matches("Sig(Blk|Ign|Cgt):.*")
          && (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> signal - 1 & 1) == 1)
        return false;
    return true;
  }

  /** Numbers of the signals that wait for a process as a whole. */
  public static Set<Integer> pendingSignals(int pid) {
    Set<Integer> pending = new TreeSet<>();
    for (String line : lines(of(pid).resolve("status")))
      if (line.startsWith("ShdPnd:")) {
        long mask = Long.parseUnsignedLong(line.substring(7).strip(), 16);
        for (int signal = 1; signal <= Long.SIZE; signal++)
          if ((mask >>> signal - 1 & 1) == 1) pending.add(signal);
      }
    return pending;
  }

  /** Numbers of the signals that POSIX timers of a process send. See proc_pid_timers(5). */
  public static Set<Integer> timerSignals(int pid) {
    Set<Integer> signals = new TreeSet<>();
    for (String line : lines(of(pid).resolve("timers")))
      if (line.startsWith("signal: "))
        signals.add(Integer.parseInt(line.substring("signal: ".length(), line.indexOf('/'))));
    return signals;
  }

  /** The process that a thread belongs to; 0 where it has ended. */
  public static int processOf(int thread) {
    return lines(of(thread).resolve("status")).stream()
        .filter(line -> line.startsWith("Tgid:"))
        .mapToInt(line -> Integer.parseInt(line.substring(5).strip()))
        .findFirst()
        .orElse(0);
  }

  public static int parent(int pid) {
    String[] fields = statFields(pid);
    return fields.length > 1 ? Integer.parseInt(fields[1]) : 0;
  }

  /** The fields of stat from the third on; the second, the name in brackets, may hold anything. */
  private static String[] statFields(int pid) {
    String stat = text(of(pid).resolve("stat"));
    int end = stat.lastIndexOf(')');
    return end < 0 ? new String[0] : stat.substring(end + 2).strip().split(" ");
  }

  /** The process and all its descendants, parents first. */
  public static List<Integer> tree(int root) {
    List<Integer> tree = new ArrayList<>(List.of(root));
    for (int i = 0; i < tree.size(); i++) {
      int pid = tree.get(i);
      for (int tid : threads(pid))
        Stream.of(text(of(pid).resolve("task/" + tid + "/children")).split(" "))
            .filter(word -> !word.isBlank())
            .forEach(word -> tree.add(Integer.parseInt(word.strip())));
    }
    return tree;
  }

  /** Memory of a process and its descendants that is no file's: what an image has to hold. */
  public static long dirtyBytes(int root) {
    long kibi = 0;
    for (int pid : tree(root))
      for (String line : lines(of(pid).resolve("status")))
        if (line.startsWith("RssAnon:") || line.startsWith("RssShmem:"))
          kibi += Long.parseLong(line.replaceAll("[^0-9]", ""));
    return kibi * 1024;
  }

  /** Private memory of a process that is no file's. */
  public static long privateBytes(int pid) {
    return statusNumber(pid, "RssAnon:") * 1024;
  }

  /** Whether a process keeps memory from being swapped out: see mlock(2). */
  public static boolean locksMemory(int pid) {
    return statusNumber(pid, "VmLck:") > 0;
  }

  /** Whether some system calls are not, or not always, a process's: see seccomp(2). */
  public static boolean filtersCalls(int pid) {
    return statusNumber(pid, "Seccomp:") > 0;
  }

  /** 0 where there is no such line, or no such process. */
  private static long statusNumber(int pid, String name) {
    for (String line : lines(of(pid).resolve("status")))
      if (line.startsWith(name)) return Long.parseLong(line.replaceAll("[^0-9]", ""));
    return 0;
  }

  /** The number that the newest process or thread of our pid namespace got. */
  public static int lastPid() {
    String[] words = text(Path.of("/proc/loadavg")).strip().split(" ");
    return Integer.parseInt(words[words.length - 1]);
  }

  public static List<Integer> threads(int pid) {
    return numbers(of(pid).resolve("task"));
  }

  public static String threadName(int pid, int tid) {
    return text(of(pid).resolve("task/" + tid + "/comm")).strip();
  }

  /** What a namespace link says: "net:[4026531840]". */
  public static String namespace(int pid, String kind) {
    return link(of(pid).resolve("ns/" + kind)).orElse("");
  }
}
