package io.sojourn.scenario;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A second task of an image. Its network is its own: whoever speaks to it does so from there. */
final class Clone implements AutoCloseable {
  private final Node node;
  private final String ofTask;
  private final JsonNode restored;
  // Knows when it was started: its number may be another's when it has ended.
  private final ProcessHandle process;

  private Clone(Node node, String ofTask, JsonNode restored) {
    this.node = node;
    this.ofTask = ofTask;
    this.restored = restored;
    this.process = ProcessHandle.of(restored.path("pid").asLong()).orElseThrow();
  }

  static Clone of(Node node, String image) {
    JsonNode manifest = node.ckpt("inspect", image).done().json();
    return new Clone(
        node,
        manifest.at("/task/id").asText(),
        node.ckpt("restore", image, "--clone").done().json());
  }

  String id() {
    return restored.path("taskId").asText();
  }

  String name() {
    return restored.path("task").asText();
  }

  /** As this node sees it. */
  long pid() {
    return process.pid();
  }

  /** What its server sends back. */
  String echo(int port, String text) throws IOException, InterruptedException {
    String script =
        "exec 3<>/dev/tcp/127.0.0.1/%d && printf %%s '%s' >&3 && timeout 20 head -c %d <&3"
            .formatted(port, text, text.length());
    Process client =
        new ProcessBuilder("nsenter", "-t", String.valueOf(pid()), "-n", "bash", "-c", script)
            .redirectErrorStream(true)
            .start();
    String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    client.waitFor();
    return said;
  }

  /** How it ended, as its shim has noted it. */
  String endsBySigterm() throws IOException {
    List<Path> before = exits();
    process.destroy();
    await("the end of " + name())
        .atMost(Duration.ofSeconds(30))
        .until(() -> exits().size() > before.size());
    List<Path> now = exits();
    now.removeAll(before);
    return Files.readString(now.get(0)).strip();
  }

  private List<Path> exits() throws IOException {
    try (Stream<Path> all = Files.list(node.run().resolve("exits"))) {
      return new java.util.ArrayList<>(
          all.filter(file -> file.getFileName().toString().matches(ofTask + "-clone-\\d+-\\d+"))
              .toList());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
