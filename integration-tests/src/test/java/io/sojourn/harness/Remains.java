package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    return files(node.run()).stream()
        .map(path -> node.run().relativize(path).toString())
        // How restored tasks ended stays for whoever asks; a world host waits for other guests.
        .filter(
            name -> !name.matches("(node|agent|ckpt)\\.sock|.*lock|criu\\.kdat|exits/.*|worlds/.*"))
        .toList();
  }

  /** What goes while it is looked for is not left. */
  private static List<Path> files(Path below) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        below,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!Files.isDirectory(file)) found.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
            return unlessGone(why);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException why)
              throws IOException {
            return why == null ? FileVisitResult.CONTINUE : unlessGone(why);
          }
        });
    return found;
  }

  private static FileVisitResult unlessGone(IOException why) throws IOException {
    if (why instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
    throw why;
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
