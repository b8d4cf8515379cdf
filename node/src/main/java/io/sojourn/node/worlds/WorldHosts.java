package io.sojourn.node.worlds;

import io.grpc.BindableService;
import io.netty.channel.EventLoopGroup;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.move.Visitor;
import io.sojourn.node.move.WorldDirectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The world hosts of this node: processes beside the daemon, in which the tasks of other nodes
 * live. The first guest has one started, and all live in that; those that an earlier daemon has
 * left are found again. One of another build keeps its guests to their end, and takes no more.
 */
public final class WorldHosts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WorldHosts.class);

  /** A world that has lost its host takes a moment to end. */
  private static final int SWEEPS = 20;

  private static final long SWEEP_AGAIN_MILLIS = 1_000;

  /**
   * Of this node.
   *
   * @param memory a directory on a tmpfs, where worlds have their directories
   * @param build of this program: a host of another is given no more guests
   */
  public record Settings(
      Path runDirectory, Path stateDirectory, Path memory, String nodeName, String build) {

    /** What hosts say. */
    Path log() {
      return stateDirectory.resolve("worlds.log");
    }
  }

  private final Settings settings;
  private final EventLoopGroup loops;
  private final Executor workers;
  private final List<HostLink> links = new CopyOnWriteArrayList<>();
  private volatile boolean closing;

  private WorldHosts(Settings settings, EventLoopGroup loops, Executor workers) {
    this.settings = settings;
    this.loops = loops;
    this.workers = workers;
  }

  /**
   * With those that an earlier daemon has left.
   *
   * @param loops for what passes between this process and them; they stay the caller's
   */
  public static WorldHosts open(Settings settings, EventLoopGroup loops, Executor workers)
      throws IOException {
    WorldHosts hosts = new WorldHosts(settings, loops, workers);
    for (HostPlace place : HostPlace.all(settings.runDirectory()))
      if (place.answers()) hosts.meet(place).ifPresent(hosts::isFound);
    hosts.sweep(SWEEPS);
    return hosts;
  }

  private void isFound(HostLink link) {
    log.info(
        "world host {} is found again{}",
        link.place().pid(),
        link.takesGuests() ? "" : ", of another build: it takes no more guests");
  }

  private Optional<HostLink> meet(HostPlace place) {
    return ProcessHandle.of(place.pid()).map(process -> meet(place, process));
  }

  private HostLink meet(HostPlace place, ProcessHandle process) {
    HostLink link = HostLink.to(place, place.isOf(settings.build()), process, loops, workers);
    links.add(link);
    var unused = link.ended().thenAcceptAsync(this::ended, workers);
    return link;
  }

  private void ended(HostLink link) {
    links.remove(link);
    link.close();
    if (closing) return;
    log.info("world host {} has ended", link.place().pid());
    sweep(SWEEPS);
  }

  /** What other nodes ask of the guests here. */
  public BindableService service() {
    return new HandingOn(this);
  }

  /** Those that may have a guest, the newest first. */
  List<HostLink> all() {
    List<HostLink> all = new ArrayList<>(links);
    all.sort(Comparator.comparing(HostLink::takesGuests).reversed());
    return all;
  }

  /**
   * The one in which the next guest will live; it is started where there is none.
   *
   * @throws OperationException it cannot be started
   */
  synchronized HostLink forGuests() {
    for (HostLink link : links) if (link.takesGuests()) return link;
    if (closing) throw OperationException.failed("the daemon is about to end", "try again later");
    ProcessHandle process = new HostLaunch(settings).start();
    HostPlace place = HostPlace.of(settings.runDirectory(), process.pid());
    log.info("world host {} is started for guests; its log is {}", place.pid(), settings.log());
    return meet(place, process);
  }

  /**
   * The tasks of other nodes that are here.
   *
   * @throws OperationException a host does not answer
   */
  public List<Visitor> guests() {
    return all().stream().flatMap(link -> link.guests().stream()).toList();
  }

  /** Removes what hosts that died have left. Not while one is being started. */
  private synchronized void sweep(int attempts) {
    try {
      Set<Long> living = links.stream().map(link -> link.place().pid()).collect(Collectors.toSet());
      for (HostPlace place : HostPlace.all(settings.runDirectory()))
        if (!living.contains(place.pid()) && !place.answers()) place.remove();
      WorldDirectories.sweep(settings.memory(), living);
    } catch (IOException | RuntimeException busy) {
      if (attempts <= 1) log.warn("left something of a world host: {}", busy.toString());
      else
        CompletableFuture.delayedExecutor(SWEEP_AGAIN_MILLIS, TimeUnit.MILLISECONDS, workers)
            .execute(() -> sweep(attempts - 1));
    }
  }

  /** Hosts that have guests go on; the others end. */
  @Override
  public void close() throws InterruptedException {
    closing = true;
    for (HostLink link : all()) {
      link.endIfIdle();
      link.close();
    }
  }
}
