package io.sojourn.harness;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.NetworkNamespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A home and a guest node of one cluster, and a third machine for peers; each has a network of its
 * own. Nothing of home's directory is on the guest node.
 */
final class Pair implements AutoCloseable {
  /** Another name, and a directory in which nothing is. */
  private static final String ELSEWHERE =
      "echo elsewhere > /proc/sys/kernel/hostname; mount -t tmpfs none \"$0\" && exec \"$@\"";

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Net net;
  private final NetworkNamespace atHome;
  private final NetworkNamespace atPeers;
  private final Node home;
  private @Nullable Node guest;

  private Pair() throws Exception {
    net = new Net("sojourn-w-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet(), 3);
    atHome = NetworkNamespace.open(space(1));
    atPeers = NetworkNamespace.open(space(3));
    // Not by "ip netns exec": in a mount namespace of its own it would not see ours as tasks do.
    home = new Node(List.of("nsenter", "--net=" + space(1)), "--node-name", "a");
  }

  /** Two nodes that know of each other. */
  static Pair begun() {
    try {
      Pair made = new Pair();
      try {
        made.begin();
      } catch (Exception | AssertionError failed) {
        made.abandon();
        throw failed;
      }
      return made;
    } catch (Exception failed) {
      throw new IllegalStateException("two nodes do not start", failed);
    }
  }

  private void begin() throws Exception {
    home.begin();
    List<String> elsewhere = new ArrayList<>(net.on(2));
    elsewhere.addAll(List.of("unshare", "--mount", "--uts", "sh", "-c", ELSEWHERE));
    elsewhere.add(home.home().toString());
    Node second = new Node(elsewhere, "--node-name", "b");
    guest = second;
    second.begin();
    String token = home.ckpt("node", "init").done().json().path("token").asText();
    second.ckpt("node", "join", net.address(1), "--token", token).done();
    await().atMost(Duration.ofSeconds(120)).until(this::joined);
  }

  Path space(int machine) {
    return Path.of("/run/netns", net.on(machine).get(3));
  }

  boolean joined() {
    for (JsonNode node : home.ckpt("nodes").done().json().path("nodes"))
      if (node.path("name").asText().equals("b")) return node.path("state").asText().equals("up");
    return false;
  }

  /** Whether both nodes are there, and know of each other. */
  boolean isWhole() {
    return home.hasDaemon() && guest().hasDaemon() && joined();
  }

  Net net() {
    return net;
  }

  NetworkNamespace homesNetwork() {
    return atHome;
  }

  NetworkNamespace peersNetwork() {
    return atPeers;
  }

  Node home() {
    return home;
  }

  Node guest() {
    return Objects.requireNonNull(guest);
  }

  /** Ends what a failure has left of it. */
  void abandon() {
    try {
      close();
    } catch (Exception | AssertionError broken) {
      // Whoever has broken it has failed already.
      System.err.println("two nodes did not end in order: " + broken);
    }
  }

  @Override
  public void close() throws Exception {
    try (net;
        atHome;
        atPeers) {
      try {
        if (guest != null) guest.end();
      } finally {
        home.end();
      }
    }
  }
}
