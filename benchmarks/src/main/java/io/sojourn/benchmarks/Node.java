package io.sojourn.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The product that is measured: a node daemon of our own, with directories of its own, and its
 * command line.
 */
final class Node implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final Path state;
  private final Map<String, String> environment;

  private Node(Path root, Path state, Path run) {
    this.root = root;
    this.state = state;
    this.environment =
        Map.of("SOJOURN_RUN_DIR", run.toString(), "SOJOURN_STATE_DIR", state.toString());
  }

  static Node start(Path root) throws IOException, Failure, InterruptedException {
    Path state = Files.createDirectories(root.resolve("benchmarks/target/node"));
    // A socket's path must be short.
    Node node = new Node(root, state, Files.createTempDirectory("sojourn"));
    Shell.run(node.environment, List.of(node.command(), "node", "start"));
    return node;
  }

  /** What programs and commands need to find this daemon. */
  Map<String, String> environment() {
    return environment;
  }

  Path root() {
    return root;
  }

  /** The very CRIU that the daemon uses. */
  Path criu() {
    return state.resolve("criu/criu");
  }

  Path agent() {
    return root.resolve("node/target/runtime/migrate.jar");
  }

  /** Where programs, images and logs of measurements go. */
  Path scratch() {
    return root.resolve("benchmarks/target/scratch");
  }

  /** Class path of the programs that are measured: the examples and what they need, no more. */
  String programs() throws Failure {
    Path target = root.resolve("benchmarks/target");
    StringBuilder path = new StringBuilder(target.resolve("classes").toString());
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(target.resolve("lib"), "{sojourn-examples,h2,lucene,jna}*.jar")) {
      for (Path jar : jars) path.append(':').append(jar);
    } catch (IOException e) {
      throw new Failure("cannot read " + target, e);
    }
    return path.toString();
  }

  /** Runs {@code ckpt}. */
  Shell.Finished ckpt(String... arguments) throws Failure, InterruptedException {
    List<String> command = new ArrayList<>(List.of(command()));
    command.addAll(List.of(arguments));
    return Shell.run(environment, command);
  }

  static JsonNode json(Shell.Finished finished) throws Failure {
    try {
      return JSON.readTree(finished.out());
    } catch (JsonProcessingException e) {
      throw new Failure("ckpt wrote no JSON: " + finished.out(), e);
    }
  }

  private String command() {
    return root.resolve("ckpt").toString();
  }

  @Override
  public void close() throws Failure, InterruptedException {
    ckpt("node", "stop");
  }
}
