package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a node's tasks and operations could leave behind when all of them have ended. */
public record Remains(
    List<String> runDirectory, List<String> processes, List<String> networkLocks) {

  static Remains of(Node node) {
    try {
      return new Remains(inRunDirectory(node), processesOf(node), locks(node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void check() {
    assertThat(runDirectory).as("left in the run directory").isEmpty();
    assertThat(processes).as("processes left").isEmpty();
    assertThat(networkLocks).as("connections left locked").isEmpty();
  }

  private static List<String> inRunDirectory(Node node) throws IOException {
    try (Stream<Path> all = Files.walk(node.run())) {
      return all.filter(path -> !Files.isDirectory(path))
          .map(path -> node.run().relativize(path).toString())
          // How restored tasks ended stays for whoever asks; a world host waits for other guests.
          .filter(
              name ->
                  !name.matches("(node|agent|ckpt)\\.sock|.*lock|criu\\.kdat|exits/.*|worlds/.*"))
          .toList();
    }
  }

  /** But for the daemon, and the process beside it for guests. */
  private static List<String> processesOf(Node node) throws IOException {
    String daemon = node.daemonPid() + " ";
    return processesOf(node.run()).stream()
        .filter(process -> !process.startsWith(daemon) && !process.contains(Node.WORLD_HOST))
        .toList();
  }

  /** Those that carry a node's environment: pid and command line of each. */
  public static List<String> processesOf(Path runDirectory) throws IOException {
    String mark = "SOJOURN_RUN_DIR=" + runDirectory + "\0";
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(path -> path.getFileName().toString().matches("\\d+"))
          .filter(path -> read(path.resolve("environ")).contains(mark))
          .map(path -> path.getFileName() + " " + read(path.resolve("cmdline")).replace('\0', ' '))
          .toList();
    }
  }

  /** Other nodes may have theirs at the same time. */
  private static List<String> locks(Node node) throws IOException {
    Process nft = new ProcessBuilder("nft", "list", "tables").start();
    String said = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said.lines().filter(line -> node.tasks().stream().anyMatch(line::contains)).toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException ended) {
      return "";
    }
  }
}
