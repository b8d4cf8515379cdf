package io.sojourn.node.daemon;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Counts a process's established TCP connections: its descriptors against its network's tables. */
final class Connections {
  /** Of include/net/tcp_states.h, as /proc/net/tcp prints it. */
  private static final String ESTABLISHED = "01";

  private static final String PREFIX = "socket:[";

  private Connections() {}

  /** 0 where the process has ended. */
  static int of(int pid) {
    Path process = Path.of("/proc/" + pid);
    try {
      Set<String> inodes = sockets(process.resolve("fd"));
      if (inodes.isEmpty()) return 0;
      Set<String> established = new HashSet<>();
      for (String table : List.of("net/tcp", "net/tcp6"))
        collect(process.resolve(table), established);
      inodes.retainAll(established);
      return inodes.size();
    } catch (IOException ended) {
      return 0;
    }
  }

  private static Set<String> sockets(Path descriptors) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
      for (Path link : links) {
        String target = target(link);
        if (target.startsWith(PREFIX))
          inodes.add(target.substring(PREFIX.length(), target.length() - 1));
      }
    }
    return inodes;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closed) {
      return "";
    }
  }

  private static void collect(Path table, Set<String> established) throws IOException {
    if (!Files.exists(table)) return; // Without IPv6 there is no tcp6.
    List<String> lines = Files.readAllLines(table);
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.trim().split("\\s+");
      if (fields[3].equals(ESTABLISHED)) established.add(fields[9]);
    }
  }
}
