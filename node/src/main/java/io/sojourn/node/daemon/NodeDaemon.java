package io.sojourn.node.daemon;

import io.grpc.BindableService;
import io.netty.channel.EventLoopGroup;
import io.sojourn.engine.control.TaskScan;
import io.sojourn.engine.image.ImageRepository;
import io.sojourn.engine.image.RolledBackFiles;
import io.sojourn.engine.image.UnpackedImage;
import io.sojourn.engine.stream.AlertLoops;
import io.sojourn.node.archive.Archive;
import io.sojourn.node.cluster.Cluster;
import io.sojourn.node.cluster.Membership;
import io.sojourn.node.cluster.Peers;
import io.sojourn.node.move.Door;
import io.sojourn.node.move.Moves;
import io.sojourn.node.shipping.ImageReceiver;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.node.shipping.WarmUp;
import io.sojourn.node.trigger.Alarms;
import io.sojourn.node.worlds.WorldHosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running daemon. It keeps nothing that it cannot find again: what runs is found by the tasks'
 * control blocks, what does not by images and by a file a task.
 */
public final class NodeDaemon implements AutoCloseable {
  private static final int LOOPS = 4;
  private static final Logger log = LoggerFactory.getLogger(NodeDaemon.class);

  /** How long an end waits for operations: longer than the default pause limit. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final NodeConfig config;
  private final NodeLock lock;
  private final Engines engines;
  private final Operations operations = new Operations();
  private final ExecutorService workers = Executors.newCachedThreadPool(new WorkerThreads());

  /** All that passes between nodes. As few as can be: what crosses from one to another waits. */
  private final EventLoopGroup loops =
      AlertLoops.of(
          Math.max(1, Math.min(LOOPS, Runtime.getRuntime().availableProcessors() / 2)), "network");

  private final Sockets sockets;
  private final Cluster cluster;
  private final Moves moves;
  private final WorldHosts hosts;
  private final AtomicReference<ErrandService.Work> errandWork = new AtomicReference<>();
  private final Schedules schedules;
  private final Groups groups;
  private final Supervision supervision;
  private final Sweep sweep;
  private final Alarms alarms;
  private final Archive archive;

  private final CallsWithin within;
  private final List<AutoCloseable> annexes = new ArrayList<>();

  private NodeDaemon(NodeConfig config, NodeLock lock, Engines engines, Path runtime)
      throws IOException {
    this.config = config;
    this.lock = lock;
    this.engines = engines;
    archive =
        Archive.open(
            config.repository(), config.stateDirectory(), config.images(), config.nodeName());
    ImageRepository repository = new ImageRepository(config.images(), archive::names);
    repository.sweep();
    UnpackedImage.sweep(config.stateDirectory());
    ImageCatalog images =
        new ImageCatalog(repository, config.imagesInMemory(), archive, config.nodeName());
    Door door = new Door(config.drained(), config.nodeName());
    Shipping shipping = Shipping.ofDaemon(this::peers, workers);
    moves =
        new Moves(
            new Moves.Settings(
                config.runDirectory(),
                config.stateDirectory(),
                config.imagesInMemory(),
                runtime,
                engines::criu,
                engines::departures,
                this::peers,
                shipping,
                loops,
                workers));
    hosts =
        WorldHosts.open(
            new WorldHosts.Settings(
                config.runDirectory(),
                config.stateDirectory(),
                config.imagesInMemory(),
                config.nodeName(),
                NodeDescription.build(runtime)),
            loops,
            workers);
    TaskRegistry registry =
        new TaskRegistry(
            new TaskScan(config.runDirectory()),
            TaskStore.open(config.tasks()),
            images,
            config.nodeName(),
            task -> moves.whereIs(task).isPresent());
    FrozenRemains remains = new FrozenRemains(config.runDirectory(), moves.frozen());
    List<Task> known = registry.tasks();
    moves
        .frozen()
        .begin(
            // Those whose life elsewhere was given up, too.
            known.stream()
                .filter(task -> !task.runs() && moves.deputyOf(task.id()).isEmpty())
                .map(Task::id)
                .toList(),
            registry::endedFrozen);
    remains.sweep(known);
    TaskLookup tasks = new TaskLookup(registry, moves::deputyOf);
    ImageLookup imageLookup = new ImageLookup(images, tasks, new Whereabouts(moves)::withoutImage);
    Checkpoints checkpoints =
        new Checkpoints(engines, tasks, registry, images, operations, moves, archive::look);
    ProgramRequests requests = new ProgramRequests(checkpoints, operations);
    GroupCalls groupCalls = new GroupCalls(this::cluster);
    GroupImages groupImages = new GroupImages(imageLookup, config.nodeName(), groupCalls, archive);
    ImageCalls imageCalls =
        new ImageCalls(
            imageLookup, groupImages, images, tasks, registry, operations, remains, archive);
    schedules =
        new Schedules(
            config.stateDirectory().resolve("schedules"),
            checkpoints,
            tasks,
            registry,
            imageCalls,
            operations,
            moves::livesAway,
            config.triggers().atOnce());
    Ownership ownership =
        new Ownership(config, runtime.resolve("ckpt-shim"), registry, archive, door, schedules);
    Migrations migrations =
        new Migrations(moves, tasks, registry, operations, config.nodeName(), ownership);
    Restores restores =
        new Restores(
            engines,
            imageLookup,
            registry,
            operations,
            moves,
            migrations,
            door,
            config.nodeName(),
            archive,
            schedules::revived,
            ownership);
    Errands errands = new Errands(this::cluster);
    groups =
        Groups.open(
            config,
            checkpoints,
            restores,
            schedules,
            imageCalls,
            tasks,
            groupImages,
            groupCalls,
            images,
            registry,
            operations,
            moves,
            errands,
            ownership,
            () -> cluster().address(),
            workers);
    sweep =
        new Sweep(registry, schedules, groups.schedules(), checkpoints, moves::livesAway, workers);
    supervision =
        new Supervision(
            config.stateDirectory().resolve("supervised"),
            schedules,
            tasks,
            new TaskCare(
                registry,
                operations,
                moves,
                restores,
                groups.restores(),
                archive,
                ownership,
                config.runDirectory()),
            ownership,
            workers);
    operations.onEnd(supervision::look);
    registry.onFound(
        (task, options) -> {
          if (task.group().isEmpty()) schedules.found(task, options);
          else groups.schedules().found(task, options);
          supervision.found(task, options);
        });
    Drains drains =
        new Drains(config.nodeName(), door, hosts, registry, migrations, checkpoints, errands);
    errandWork.set(new ErrandService.Work(tasks, groups.members(), migrations, restores, drains));
    NodeService service =
        new NodeService(
            new NodeDescription(config, engines),
            tasks,
            new TaskList(
                operations,
                workers,
                config.nodeName(),
                config.runDirectory(),
                moves,
                task -> schedules.of(task.id()).or(() -> groups.schedules().of(task)),
                supervision),
            schedules,
            supervision,
            restores,
            migrations,
            groups,
            errands,
            drains,
            imageCalls,
            new RolledBackCalls(new RolledBackFiles(config.stateDirectory())),
            new RepositoryCalls(archive));
    cluster =
        Cluster.open(
            config.stateDirectory(),
            config.nodeName(),
            new Membership.Surroundings(
                NodeDescription.version(),
                Clock.systemUTC(),
                loops,
                workers,
                peerServices(repository),
                registry::count));
    moves.begin(supervision::look);
    archive.begin(new LocalImages(images, imageCalls));
    supervision.begin();
    alarms =
        Alarms.begin(
            config.triggers(),
            () -> sweep.all("the machine is about to be taken away"),
            () -> sweep.scheduled("memory is short"));
    ClusterService clusterService =
        new ClusterService(cluster, shipping, imageLookup, archive, config.nodeName());
    sockets =
        Sockets.open(
            config.socket(),
            List.of(service, clusterService),
            config.agentSocket(),
            pid -> registry.knocked(pid).ifPresent(requests::heard),
            workers);
    within = CallsWithin.open(service, workers);
    for (Annex annex : ServiceLoader.load(Annex.class))
      annexes.add(annex.open(config, runtime, within::as));
    workers.execute(engines::warmUp);
    workers.execute(() -> WarmUp.run(config.imagesInMemory()));
    log.info(
        "node {} is ready: {}, {} task(s) known, state in {}",
        config.nodeName(),
        config.socket(),
        known.size(),
        config.stateDirectory());
  }

  /**
   * Starts one, which answers when this returns.
   *
   * @param runtime the directory that holds {@code ckpt-shim}
   * @throws io.sojourn.engine.operation.OperationException another daemon holds the run directory
   */
  public static NodeDaemon start(NodeConfig config, Path runtime) throws IOException {
    return start(config, new CriuEngines(config, runtime), runtime);
  }

  static NodeDaemon start(NodeConfig config, Engines engines, Path runtime) throws IOException {
    // Agents of all users knock in the one; images hold what programs had in their memory.
    make(config.runDirectory(), "rwxr-xr-x");
    make(config.stateDirectory(), "rwx------");
    NodeLock lock = NodeLock.acquire(config.runDirectory());
    try {
      return new NodeDaemon(config, lock, engines, runtime);
    } catch (IOException | RuntimeException failure) {
      lock.close();
      throw failure;
    }
  }

  private List<BindableService> peerServices(ImageRepository repository) {
    List<BindableService> services = new ArrayList<>(moves.services());
    services.add(hosts.service());
    services.add(new ErrandService(() -> Objects.requireNonNull(errandWork.get())));
    services.add(new GroupPartService(this::groups, this::supervision, workers));
    services.add(new ImageReceiver(repository, config.imagesInMemory()));
    return services;
  }

  private Cluster cluster() {
    return cluster;
  }

  private Groups groups() {
    return groups;
  }

  private Supervision supervision() {
    return supervision;
  }

  /** Asked for when a task moves: not before there is a cluster. */
  private Peers peers() {
    return cluster.peers();
  }

  private static void make(Path directory, String mode) throws IOException {
    if (Files.isDirectory(directory)) return;
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
  }

  /** Lets operations under way come to their end, and closes the sockets. */
  @Override
  public void close() {
    try {
      alarms.close();
      supervision.close();
      if (config.triggers().atEnd()) sweep.all("the node daemon is about to end");
      if (!operations.close(PATIENCE)) log.warn("ends although an operation is under way");
      for (AutoCloseable annex : annexes) annex.close();
      groups.schedules().close();
      schedules.close();
      archive.close();
      within.close();
      sockets.close();
      moves.close();
      cluster.close();
      hosts.close();
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
      workers.shutdown();
      if (!workers.awaitTermination(5, TimeUnit.SECONDS)) workers.shutdownNow();
      engines.close();
      Files.deleteIfExists(config.socket());
      Files.deleteIfExists(config.agentSocket());
      MemoryPlace.removeIfEmpty(config.imagesInMemory());
      lock.close();
      log.info("node {} ended", config.nodeName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception left) {
      log.warn("left something in {}: {}", config.runDirectory(), left.toString());
    }
  }
}
