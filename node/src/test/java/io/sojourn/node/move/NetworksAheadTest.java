package io.sojourn.node.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.home.net.HomeInterfaces;
import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.restore.net.GuestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworksAheadTest {
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private NetworksAhead networks;
  private HomeNetwork home;
  private long before;

  @BeforeEach
  void start() throws IOException {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "nodes are root's");
    networks = new NetworksAhead(workers, clock);
    home = HomeInterfaces.read();
    before = namespaces();
  }

  @AfterEach
  void end() {
    if (networks == null) return;
    networks.close();
    awaitOpen(0);
    workers.shutdownNow();
    clock.shutdownNow();
  }

  /** How many this process has open. */
  private static long namespaces() throws IOException {
    long found = 0;
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      for (Path one : (Iterable<Path>) open::iterator) {
        try {
          if (Files.readSymbolicLink(one).toString().startsWith("net:[")) found++;
        } catch (IOException closed) {
          // The one of this listing.
        }
      }
    }
    return found;
  }

  private void awaitOpen(long more) {
    await().untilAsserted(() -> assertThat(namespaces() - before).isEqualTo(more));
  }

  @Test
  void whatWasMadeAheadIsTakenOnce() throws IOException {
    networks.begin("a", home);
    awaitOpen(1);
    try (GuestNetwork first = networks.take("a", home)) {
      assertThat(namespaces() - before).as("none was made for it").isEqualTo(1);
      try (GuestNetwork second = networks.take("a", home)) {
        assertThat(second.namespace().path()).isNotEqualTo(first.namespace().path());
      }
    }
    awaitOpen(0);
  }

  @Test
  void anotherLikenessIsNotTaken() throws IOException {
    networks.begin("a", home);
    HomeNetwork.Builder other = home.toBuilder();
    other.getInterfacesBuilderList().forEach(one -> one.setMtu(one.getMtu() - 1));
    HomeNetwork changed = other.build();
    try (GuestNetwork made = networks.take("a", changed)) {
      assertThat(made.namespace().path()).exists();
      awaitOpen(1);
    }
    try (GuestNetwork others = networks.take("b", home)) {
      assertThat(others.namespace().path()).exists();
    }
    awaitOpen(0);
  }

  @Test
  void nothingIsLeftOfWhatNobodyTakes() {
    networks.begin("a", home);
    networks.begin("a", home);
    networks.begin("b", home);
    networks.close();
    awaitOpen(0);
  }
}
