package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import io.sojourn.scenario.ProgramGroup.Seat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Nodes of one cluster, a, b and so on, with a network and a directory each; they see each other's
 * files and processes.
 */
final class SeveralNodes implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Net net;
  private final List<Node> nodes = new ArrayList<>();

  SeveralNodes(String name, int count, String... options) throws Exception {
    net = new Net(name + "-" + ProcessHandle.current().pid(), count);
    for (int number = 1; number <= count; number++) {
      List<String> words = new ArrayList<>(List.of(options));
      words.addAll(List.of("--node-name", name(number)));
      Node node = new Node(place(number), words.toArray(String[]::new));
      nodes.add(node);
      node.begin();
    }
    node(1).ckpt("node", "init").done();
    for (int number = 2; number <= count; number++) {
      String token = node(1).ckpt("node", "token").done().json().path("token").asText();
      node(number).ckpt("node", "join", net.address(1), "--token", token).done();
    }
    awaitUp();
  }

  private static String name(int number) {
    return String.valueOf((char) ('a' + number - 1));
  }

  /** Words before a command, so that it runs there. */
  List<String> place(int number) {
    // Not by "ip netns exec": that gives each a mount namespace of its own.
    return List.of("nsenter", "--net=/run/netns/" + net.on(number).get(3));
  }

  Node node(int number) {
    return nodes.get(number - 1);
  }

  Net net() {
    return net;
  }

  Seat seat(int number) {
    return new Seat(node(number), place(number), net.address(number));
  }

  /** Until each sees all others. */
  void awaitUp() {
    for (Node node : nodes) await().atMost(PATIENCE).until(() -> up(node) == nodes.size());
  }

  private static long up(Node node) {
    JsonNode all = node.ckpt("nodes").done().json().path("nodes");
    return StreamSupport.stream(all.spliterator(), false)
        .filter(one -> one.path("state").asText().equals("up"))
        .count();
  }

  /** Whether connections are still kept still somewhere. */
  void nothingIsShut() throws Exception {
    for (int number = 1; number <= nodes.size(); number++) {
      List<String> command = new ArrayList<>(place(number));
      command.addAll(List.of("nft", "list", "tables"));
      Process nft = new ProcessBuilder(command).start();
      String said = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said).as("tables on node %s", name(number)).doesNotContain("sojourn-group");
    }
  }

  /** As after each test. */
  void nothingIsLeft() throws Exception {
    for (Node node : nodes) {
      for (JsonNode image : images(node)) node.ckpt("rm", image.path("name").asText()).done();
      node.leavesNothing();
    }
    nothingIsShut();
  }

  static JsonNode images(Node node) {
    return node.ckpt("images").done().json().path("images");
  }

  @Override
  public void close() throws Exception {
    try {
      for (Node node : nodes) node.end();
    } finally {
      net.close();
    }
  }
}
