package io.sojourn.harness;

import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A process as /proc shows it, without what may differ between two lives: inode numbers of sockets
 * and pipes, and the VM's own threads, which come and go.
 */
public record Outside(
    SortedMap<Integer, String> descriptors,
    SortedMap<String, String> mappedFiles,
    SortedMap<Integer, String> threads,
    String credentials) {

  private static final int O_LARGEFILE = 0100000;

  private static final Pattern OWN_THREADS_OF_THE_VM =
      Pattern.compile(
          "C[12] Compiler.*|GC Thread.*|G1 .*|ParGC.*|Shenandoah.*|X(Worker|Director|Driver).*|Z.*"
              + "|Cleaner.*|Common-Cleaner|Attach Listener|VM .*|Signal Dispatch.*|Notification.*"
              + "|Service Thread|Monitor Deflati.*|Sweeper thread|JFR .*"
              // Workers of the JDK's pools begin and end as there is work for them.
              + "|ForkJoinPool.*|VirtualThread-.*");

  public static Outside of(int pid) {
    Path process = Path.of("/proc", String.valueOf(pid));
    try {
      return new Outside(
          descriptors(process), mappedFiles(process), threads(process), credentials(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is not as before: gone with a minus, new with a plus. Empty where all is. */
  public List<String> since(Outside before) {
    List<String> all = new ArrayList<>();
    differences("descriptor", before.descriptors, descriptors, all);
    differences("mapping", before.mappedFiles, mappedFiles, all);
    differences("thread", before.threads, threads, all);
    if (!credentials.equals(before.credentials))
      all.add(before.credentials + " became " + credentials);
    return all;
  }

  private static <K> void differences(
      String kind, Map<K, String> before, Map<K, String> after, List<String> all) {
    before.forEach(
        (key, value) -> {
          if (!value.equals(after.get(key))) all.add("- " + kind + " " + key + " " + value);
        });
    after.forEach(
        (key, value) -> {
          if (!value.equals(before.get(key))) all.add("+ " + kind + " " + key + " " + value);
        });
  }

  /**
   * Number to target, access mode and offset, of what the program holds: what it opens and closes
   * in passing is not there in both of two looks.
   */
  private static SortedMap<Integer, String> descriptors(Path process) throws IOException {
    SortedMap<Integer, String> before = openNow(process);
    LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    SortedMap<Integer, String> held = openNow(process);
    held.keySet().retainAll(before.keySet());
    return held;
  }

  private static SortedMap<Integer, String> openNow(Path process) throws IOException {
    SortedMap<Integer, String> descriptors = new TreeMap<>();
    for (String number : names(process.resolve("fd"))) {
      String target;
      String info;
      try {
        target =
            Files.readSymbolicLink(process.resolve("fd").resolve(number))
                .toString()
                .replaceFirst("^(socket|pipe):.*", "$1");
        info = Files.readString(process.resolve("fdinfo").resolve(number));
      } catch (NoSuchFileException closedMeanwhile) {
        continue;
      }
      // The VM looks at any time how much memory its control group has, and closes that again.
      if (target.startsWith("/sys/fs/cgroup/")) continue;
      // Where a class loader read last in a jar is its own business: it may load at any time.
      descriptors.put(
          Integer.valueOf(number),
          target.endsWith(".jar") ? target : target + " " + position(info));
    }
    return descriptors;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }

  private static String position(String fdinfo) {
    Map<String, String> lines = new TreeMap<>();
    for (String line : fdinfo.split("\n")) {
      String[] words = line.split(":\\s*", 2);
      if (words[0].equals("pos") || words[0].equals("flags")) lines.put(words[0], words[1]);
    }
    // The kernel adds O_LARGEFILE to every open, but not to every other way to make a descriptor.
    lines.computeIfPresent("flags", (key, flags) -> octal(flags, ~O_LARGEFILE));
    return lines.toString();
  }

  private static String octal(String flags, int mask) {
    return Integer.toOctalString(Integer.parseInt(flags, 8) & mask);
  }

  private static SortedMap<String, String> mappedFiles(Path process) throws IOException {
    SortedMap<String, String> mappings = new TreeMap<>();
    for (String line : Files.readAllLines(process.resolve("maps"))) {
      String[] words = line.split("\\s+", 6);
      // A collection may move objects out of the class data archive, and give its pages back, as
      // ZGC does with those of its heap.
      if (words.length == 6
          && words[5].startsWith("/")
          && !words[5].endsWith(".jsa")
          && !words[5].startsWith("/memfd:java_heap"))
        mappings.put(words[0], words[1] + " " + words[5]);
    }
    return mappings;
  }

  private static SortedMap<Integer, String> threads(Path process) throws IOException {
    SortedMap<Integer, String> threads = new TreeMap<>();
    for (String number : names(process.resolve("task"))) {
      // As the task sees it: beside its deputy it is in a pid namespace of its own.
      int own = Proc.innermostPid(Integer.parseInt(number));
      Optional<String> name = threadName(process.resolve("task").resolve(number));
      if (own > 0 && name.isPresent() && !OWN_THREADS_OF_THE_VM.matcher(name.get()).matches())
        threads.put(own, name.get());
    }
    return threads;
  }

  /** Empty where it has ended meanwhile. */
  private static Optional<String> threadName(Path thread) throws IOException {
    try {
      return Optional.of(Files.readString(thread.resolve("comm")).trim());
    } catch (IOException e) {
      if (Files.exists(thread)) throw e;
      return Optional.empty();
    }
  }

  private static String credentials(Path process) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String line : Files.readAllLines(process.resolve("status")))
      if (line.matches("(Uid|Gid|Groups|Cap\\w+|Umask|NoNewPrivs|Seccomp|SigIgn|SigCgt):.*"))
        lines.append(line).append('\n');
    return lines.toString();
  }
}
