package io.sojourn.engine.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * A mapped file of a process.
 *
 * @param mode as in /proc/PID/maps: "r-xp"
 * @param device "MAJOR:MINOR" in hex
 */
public record Mapping(String mode, String device, long inode, String path) {
  /** What the kernel calls the file behind memory of memfd_secret(2). */
  static final String SECRET = "/secretmem";

  private static final String DELETED = " (deleted)";

  /** The file mappings of a process, one for each file and mode. */
  public static List<Mapping> filesOf(int pid) {
    List<Mapping> mappings = new ArrayList<>();
    for (String line : Proc.lines(Proc.of(pid).resolve("maps"))) {
      String[] words = line.split("\\s+", 6);
      if (words.length < 6 || !words[5].startsWith("/") || words[4].equals("0")) continue;
      Mapping mapping = new Mapping(words[1], words[3], Long.parseLong(words[4]), words[5]);
      if (!mappings.contains(mapping)) mappings.add(mapping);
    }
    return mappings;
  }

  /** Memory that is a process's own and no file's; not its first stack, nor the kernel's pages. */
  public static List<MemoryCopy.Run> privateMemoryOf(int pid) {
    List<MemoryCopy.Run> memory = new ArrayList<>();
    for (String line : Proc.lines(Proc.of(pid).resolve("maps"))) {
      String[] words = line.split("\\s+", 6);
      if (words.length < 5 || !words[1].endsWith("p") || !words[4].equals("0")) continue;
      if (words.length > 5 && words[5].matches("\\[(stack|v.*)]")) continue;
      String[] ends = words[0].split("-");
      memory.add(
          new MemoryCopy.Run(
              Long.parseUnsignedLong(ends[0], 16), Long.parseUnsignedLong(ends[1], 16)));
    }
    return memory;
  }

  public boolean deleted() {
    return path.endsWith(DELETED);
  }

  public String plainPath() {
    return deleted() ? path.substring(0, path.length() - DELETED.length()) : path;
  }

  /** Memory that the kernel itself cannot see, memfd_secret(2). */
  public boolean secret() {
    return plainPath().equals(SECRET);
  }

  public boolean shared() {
    return mode.endsWith("s");
  }

  public boolean writable() {
    return mode.charAt(1) == 'w';
  }
}
