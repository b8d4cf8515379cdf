package io.sojourn.node.host;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.stream.AlertLoops;
import io.sojourn.node.cluster.FollowedCluster;
import io.sojourn.node.cluster.Peers;
import io.sojourn.node.move.Door;
import io.sojourn.node.move.Guests;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.node.shipping.WarmUp;
import io.sojourn.node.worlds.HostPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A world host: a process that the daemon starts for the tasks of other nodes. It ends when it has
 * none and no daemon attends it; when it dies, they end with it.
 */
public final class WorldHost implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorldHost.class);

  /** As many as the daemon has: what a guest says and hears is on one of them. */
  private static final int LOOPS = 4;

  private final Path memory;
  private final HostPlace place;
  private final EventLoopGroup loops = loops("network");
  private final EventLoopGroup fileLoops = loops("files");
  private final ExecutorService workers =
      Executors.newCachedThreadPool(new DefaultThreadFactory("worker", true));
  private final HostEngine engine;
  private final FollowedCluster cluster;
  private final Guests guests;
  private final HostService service;
  private final HostSocket socket;
  private final Vacancy vacancy;

  private WorldHost(HostSettings settings) throws IOException {
    memory = settings.memory();
    place = HostPlace.of(settings.runDirectory(), ProcessHandle.current().pid());
    place.make(settings.build());
    engine = new HostEngine(settings, place.directory());
    cluster = new FollowedCluster(settings.stateDirectory(), loops, workers, this::expel);
    guests =
        new Guests(
            new Guests.Settings(
                place.pid(),
                settings.memory(),
                settings.runtime(),
                engine::criu,
                engine::departures,
                this::peers,
                Shipping.ofWorldHost(this::peers, workers),
                loops,
                fileLoops,
                workers,
                new Door(settings.drained(), settings.nodeName())));
    vacancy = new Vacancy(guests::idle, guests::forgotten);
    service = new HostService(guests::visitors, vacancy);
    socket = HostSocket.open(place.socket(), guests, service, loops, workers);
    log.info(
        "world host {} of node {}, build {}", place.pid(), settings.nodeName(), settings.build());
  }

  private static EventLoopGroup loops(String name) {
    return AlertLoops.of(
        Math.max(1, Math.min(LOOPS, Runtime.getRuntime().availableProcessors() / 2)), name);
  }

  private Peers peers() {
    return cluster.peers();
  }

  private void expel() {
    guests.expel();
  }

  /**
   * The entry point.
   *
   * @param arguments as {@link HostSettings#of} takes them
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Locale.setDefault(Locale.ROOT);
    WorldHost host = new WorldHost(HostSettings.of(arguments));
    Runtime.getRuntime().addShutdownHook(new Thread(host::close, "end"));
    host.warmUp();
    // The daemon that has started it reads this line and then the end of the stream.
    System.out.println("ready");
    System.out.close();
    host.vacancy.await();
    System.exit(0);
  }

  /** Nothing stands still yet. */
  private void warmUp() {
    long from = System.nanoTime();
    engine.warmUp();
    Rehearsal.run();
    WarmUp.run(memory);
    log.info("warm after {} ms", (System.nanoTime() - from) / 1_000_000);
  }

  /** Guests that there are end, too. */
  @Override
  public void close() {
    try {
      guests.close();
      place.remove();
      service.close();
      socket.close();
      cluster.close();
      fileLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
      engine.close();
      log.info("world host {} ended", place.pid());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException left) {
      log.warn("left something in {}: {}", place.directory(), left.toString());
    }
  }
}
