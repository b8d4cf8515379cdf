package io.sojourn.node.move;

import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.restore.net.GuestNetwork;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Networks of worlds, made when a home asks whether a task may come: while the task is still dumped
 * there. Its interfaces and rules take the kernel up to a tenth of a second, in which it would
 * stand still otherwise.
 */
final class NetworksAhead implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NetworksAhead.class);

  /** A task that takes longer to come has its network made then. */
  private static final long KEPT_SECONDS = 60;

  private record Ahead(HomeNetwork home, CompletableFuture<GuestNetwork> made) {
    void discard() {
      var unused =
          made.whenComplete(
              (network, failed) -> {
                if (network != null) network.close();
              });
    }
  }

  private final Map<String, Ahead> byNode = new ConcurrentHashMap<>();
  private final Executor workers;
  private final ScheduledExecutorService clock;

  NetworksAhead(Executor workers, ScheduledExecutorService clock) {
    this.workers = workers;
    this.clock = clock;
  }

  /**
   * A task may come.
   *
   * @param node its home
   */
  void begin(String node, HomeNetwork home) {
    Ahead next = new Ahead(home, CompletableFuture.supplyAsync(() -> make(home), workers));
    Ahead before = byNode.put(node, next);
    if (before != null) before.discard();
    var unused =
        clock.schedule(
            () -> {
              if (byNode.remove(node, next)) next.discard();
            },
            KEPT_SECONDS,
            TimeUnit.SECONDS);
  }

  private static GuestNetwork make(HomeNetwork home) {
    try {
      return GuestNetwork.make(home);
    } catch (IOException failed) {
      throw new CompletionException(failed);
    }
  }

  /** One that looks like home's network, as it was made or made now; the caller's to close. */
  GuestNetwork take(String node, HomeNetwork home) throws IOException {
    GuestNetwork made = made(byNode.remove(node), home);
    return made == null ? GuestNetwork.make(home) : made;
  }

  private static @Nullable GuestNetwork made(@Nullable Ahead ahead, HomeNetwork home) {
    if (ahead == null) return null;
    if (!ahead.home().equals(home)) {
      // An address has come or gone meanwhile.
      ahead.discard();
      return null;
    }
    try {
      return ahead.made().join();
    } catch (CompletionException failed) {
      log.info("a network is made once more: {}", failed.toString());
      return null;
    }
  }

  @Override
  public void close() {
    byNode.values().forEach(Ahead::discard);
    byNode.clear();
  }
}
