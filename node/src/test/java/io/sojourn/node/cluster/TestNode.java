package io.sojourn.node.cluster;

import io.grpc.BindableService;
import io.netty.channel.EventLoopGroup;
import io.sojourn.engine.image.ImageRepository;
import io.sojourn.engine.network.ServicePort;
import io.sojourn.engine.stream.AlertLoops;
import io.sojourn.node.shipping.ImageReceiver;
import io.sojourn.node.shipping.Shipping;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The part of a daemon that knows other nodes, on a port of the loopback; TLS is real. */
public final class TestNode implements AutoCloseable {
  public final String name;
  public final Address address;
  public final ImageRepository images;
  public final Path memory;
  public final ExecutorService workers = Executors.newCachedThreadPool();
  final EventLoopGroup loops = AlertLoops.of(2, "test-network");
  public final Clock clock;
  private final Path directory;
  private final List<BindableService> more;
  private Cluster cluster;

  public TestNode(Path directory, String name) {
    this(directory, name, Clock.systemUTC());
  }

  /**
   * @param more what it does for other nodes besides
   */
  TestNode(Path directory, String name, Clock clock, BindableService... more) {
    this.more = List.of(more);
    this.name = name;
    this.clock = clock;
    this.directory = directory.resolve(name);
    this.address = new Address("127.0.0.1", freePort());
    this.images = new ImageRepository(this.directory.resolve("images"));
    this.memory = Path.of("/dev/shm", "sojourn-test-" + ProcessHandle.current().pid() + "-" + name);
    this.cluster = open();
  }

  private Cluster open() {
    List<BindableService> services = new ArrayList<>(more);
    services.add(new ImageReceiver(images, memory));
    return Cluster.open(
        directory,
        name,
        new Membership.Surroundings("test", clock, loops, workers, services, () -> 7));
  }

  public Cluster cluster() {
    return cluster;
  }

  public Shipping shipping() {
    return Shipping.ofDaemon(cluster::peers, workers);
  }

  public Path state() {
    return directory.resolve("cluster");
  }

  public void restart() {
    cluster.close();
    cluster = open();
  }

  public Cluster.NewToken init() {
    return cluster.init(address, Optional.empty(), Duration.ZERO);
  }

  public void join(String token) {
    cluster.join(token, Optional.empty(), address, Optional.empty());
  }

  /** What it says of another: "up", "unreachable" or "unknown". */
  public String sees(String other) {
    return cluster.nodes().stream()
        .filter(node -> node.name().equals(other))
        .map(node -> node.up() ? "up" : "unreachable")
        .findFirst()
        .orElse("unknown");
  }

  public void awaitSees(String other, String state) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                org.assertj.core.api.Assertions.assertThat(sees(other))
                    .as(name + " sees " + other)
                    .isEqualTo(state));
  }

  static int freePort() {
    try {
      return ServicePort.find();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    cluster.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    workers.shutdownNow();
  }
}
