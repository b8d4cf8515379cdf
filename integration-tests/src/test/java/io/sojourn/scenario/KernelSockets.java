package io.sojourn.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** TCP sockets as the kernel lists them: proc(5), net/tcp. */
final class KernelSockets {
  private KernelSockets() {}

  /** The words of each line, of the network in which the calling thread is. */
  static Stream<String[]> tcp() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6"))
      lines.addAll(Files.readAllLines(Path.of("/proc/thread-self/net", table)));
    return lines.stream().map(line -> line.strip().split("\\s+"));
  }
}
