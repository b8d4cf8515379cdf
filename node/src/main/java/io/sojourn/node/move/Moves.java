package io.sojourn.node.move;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.netty.channel.EventLoopGroup;
import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.checkpointer.Departures;
import io.sojourn.checkpointer.Seat;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.engine.stream.HomeStreams;
import io.sojourn.engine.stream.StreamSessions;
import io.sojourn.home.attach.AttachService;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.home.files.Export;
import io.sojourn.home.files.Exports;
import io.sojourn.home.files.FileService;
import io.sojourn.home.files.LocksAside;
import io.sojourn.home.files.SocketsOfTwo;
import io.sojourn.home.net.KeptConnections;
import io.sojourn.home.net.PathSockets;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.cluster.Peers;
import io.sojourn.node.memory.MemoryService;
import io.sojourn.node.problem.Sizes;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.restore.ExitStatusFile;
import io.sojourn.restore.RestoreOptions;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All moves of this node's tasks, out and home. */
public final class Moves implements Exports, AutoCloseable {
  /**
   * What moves are made with.
   *
   * @param runDirectory of this daemon
   * @param stateDirectory what is to outlive it
   * @param memory a directory on a tmpfs, where images arrive that shall not touch a disk
   * @param runtime the directory that holds the native programs
   * @param criu throws where there is none
   * @param peers throws where this node is one of no cluster
   * @param loops on which streams between nodes are; they stay the daemon's
   */
  public record Settings(
      Path runDirectory,
      Path stateDirectory,
      Path memory,
      Path runtime,
      Supplier<Path> criu,
      Supplier<Departures> departures,
      Supplier<Peers> peers,
      Shipping shipping,
      EventLoopGroup loops,
      ExecutorService workers) {

    Path shim() {
      return runtime.resolve("ckpt-shim");
    }
  }

  /**
   * How it went.
   *
   * @param pauseMillis for how long the task stood still
   */
  public record Moved(int incarnation, double pauseMillis) {}

  private final Settings settings;
  private final EventLoopGroup loops;
  private final StreamSessions sessions = new StreamSessions();
  private final FileService files;
  private final AttachService attach;
  private final Map<String, PathSockets> sockets = new ConcurrentHashMap<>();
  private final MemoryService memory;
  private final Map<String, MovedTask> moved = new ConcurrentHashMap<>();
  private final Map<String, KeptConnections> kept = new ConcurrentHashMap<>();
  private final MoveLedger ledger;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<Watch> toWatch = new ArrayList<>();
  private final FrozenTasks frozen;
  private volatile Consumer<String> changed = task -> {};

  public Moves(Settings settings) throws IOException {
    this.settings = settings;
    this.loops = settings.loops();
    this.memory = new MemoryService(settings.workers());
    this.ledger = new MoveLedger(settings.runDirectory());
    this.files = new FileService(this, settings.runDirectory().resolve("files"));
    this.attach = new AttachService(this, loops);
    this.frozen =
        new FrozenTasks(
            new DeputyDirectory(settings.runDirectory()),
            settings.memory(),
            Beside.notes(settings, "").normalize());
    new FoundAgain(settings, this, ledger).all();
  }

  /**
   * Other nodes can be called: asks after the tasks that an earlier daemon has given away.
   *
   * @param listener hears of each task that is lost, or has no deputy any more
   */
  public void begin(Consumer<String> listener) {
    changed = listener;
    toWatch.forEach(Watch::goOnLater);
    toWatch.clear();
  }

  /** What is wrong with a task that is away, in words. */
  private Optional<String> trouble(String task) {
    MovedTask.Away away = away(task);
    if (away == null) return Optional.empty();
    return switch (away.contact().state()) {
      case HEARD -> Optional.empty();
      case SILENT ->
          Optional.of(
              "node %s has not been heard of for %d s; what it does with home waits"
                  .formatted(away.node(), away.contact().seconds()));
      case LOST -> Optional.of("node %s does not have it any more".formatted(away.node()));
    };
  }

  /** Of the newest life of a task that has a deputy; 0 where it has none. */
  public int incarnation(String task) {
    return known(task).map(MovedTask::incarnation).orElse(0);
  }

  /** Whether the node where it is has said that it does not have it any more. */
  public boolean lost(String task) {
    return is(task, Contact.State.LOST);
  }

  /** Whether the node where it is cannot be reached. */
  public boolean silent(String task) {
    return is(task, Contact.State.SILENT);
  }

  /** Those of its agent, of a task that {@link #whereIs} knows. */
  public String agentOptions(String task) {
    return known(task).map(MovedTask::agentOptions).orElse("");
  }

  /** Whether it is on another node, which can be reached and has it. */
  public boolean livesAway(String task) {
    return is(task, Contact.State.HEARD);
  }

  private boolean is(String task, Contact.State state) {
    MovedTask.Away away = away(task);
    return away != null && away.contact().state() == state;
  }

  /** What other nodes call. */
  public List<BindableService> services() {
    return List.of(
        files,
        attach,
        memory,
        new HomeStreams(sessions),
        new Fates(this::known, task -> Images.sweep(settings.memory(), task)));
  }

  /** The node where a task of this node is, when that is another. */
  public Optional<String> whereIs(String task) {
    return Optional.ofNullable(away(task)).map(MovedTask.Away::node);
  }

  private MovedTask.@Nullable Away away(String task) {
    MovedTask known = moved.get(task);
    return known == null ? null : known.away();
  }

  /** What a user should know of where a task is. */
  public Optional<String> note(String task) {
    OptionalLong left = memory.left(task);
    if (left.isEmpty()) return trouble(task);
    return Optional.of("its memory follows: " + Sizes.text(left.getAsLong()) + " to come");
  }

  /**
   * Moves a task that runs here.
   *
   * @param incarnation of the life that begins there
   * @throws io.sojourn.engine.operation.OperationException the task runs on here
   */
  public Moved out(
      ControlBlock task,
      String name,
      String node,
      int incarnation,
      MoveOptions options,
      Report report) {
    return lasting(
        () ->
            new WayOut(settings, this, loops.next(), report, options)
                .go(task, name, node, incarnation));
  }

  /** Moves a task home that {@link #whereIs} knows. */
  public Moved home(String task, int incarnation, MoveOptions options, Report report) {
    MovedTask known = moved.get(task);
    if (known == null) throw new IllegalStateException("task " + task + " is not away");
    return lasting(() -> new WayHome(settings, this, report, options).go(known, incarnation));
  }

  /**
   * Makes an image of a task that {@link #whereIs} knows, and that lives on there.
   *
   * @param target the image's directory, which must not exist
   */
  public CheckpointResult checkpoint(
      String task, Path target, CheckpointOptions options, Report report) {
    MovedTask known = moved.get(task);
    if (known == null) throw new IllegalStateException("task " + task + " is not away");
    return lasting(
        () -> new DistantCheckpoint(settings, this, report).make(known, target, options));
  }

  /**
   * @throws OperationException a task of this node could not live there, or the node is away
   */
  public void ready(String node) {
    Readiness.of(settings.peers().get(), node);
  }

  /** Those that are frozen, and have a deputy. */
  public FrozenTasks frozen() {
    return frozen;
  }

  /**
   * The place of a task that runs here, for a freeze or a checkpoint.
   *
   * @param keep whether a deputy is to have it when the task is frozen
   */
  public Place place(String task, boolean keep) {
    MovedTask beside = moved.get(task);
    if (beside != null && !keep)
      throw OperationException.refused(
          "task " + beside.name() + " has a deputy, process " + beside.deputy().pid(),
          "freeze it with its deputy: leave --no-deputy out");
    return new Place(
        beside != null || keep ? new DeputySeat(settings, this, beside) : Seat.PLAIN, beside);
  }

  /** The place of a task that runs here, for a checkpoint. */
  public Place placeOf(String task) {
    return place(task, moved.containsKey(task));
  }

  /** The process that has the number of a task which is not that process itself. */
  public OptionalInt deputyOf(String task) {
    MovedTask known = moved.get(task);
    if (known != null && known.hasDeputy()) return OptionalInt.of(known.deputy().pid());
    return frozen
        .find(task)
        .map(one -> OptionalInt.of(one.face().pid()))
        .orElse(OptionalInt.empty());
  }

  /**
   * Brings a task that has a deputy back to life here, from an image: one that is frozen, or whose
   * life elsewhere is given up with this.
   *
   * @throws io.sojourn.engine.operation.OperationException it does not live here
   */
  public Moved thaw(ImageDirectory image, int incarnation, RestoreOptions options, Report report) {
    String id = image.manifest().getTask().getId();
    return lasting(
        () ->
            new Thaw(settings, this, report).go(() -> keptPlace(id), image, incarnation, options));
  }

  private FrozenTask keptPlace(String id) {
    MovedTask known = moved.get(id);
    if (known != null && known.away() != null) new GiveUp(settings, this).of(known);
    return frozen.find(id).orElseThrow(() -> new IllegalStateException(id + " has no deputy"));
  }

  /** What is begun in this lasts longer than the call that is being served. */
  static <T> T lasting(Callable<T> work) {
    return Step.of("the move", () -> Context.ROOT.call(work));
  }

  // Between the ways and this.

  Optional<MovedTask> known(String task) {
    return Optional.ofNullable(moved.get(task));
  }

  void knows(MovedTask task) {
    moved.put(task.id(), task);
  }

  /** It is not away any more. */
  void callBack(MovedTask task) {
    sessions.takeBack(task.id());
    sessions.takeBack(pipesOf(task));
    files.end(task.id());
    attach.end(task.id());
    PathSockets names = sockets.remove(task.id());
    if (names != null) names.close();
    KeptConnections over = kept.remove(task.id());
    if (over != null)
      Step.of(
          "to forget the connections",
          () -> {
            over.end();
            return over;
          });
  }

  private void ended(MovedTask task, int incarnation, String how) {
    if (task.frozen()) return;
    noteEnd(task, incarnation, how);
    task.face().ended(incarnation, how);
  }

  /** For whoever asks how that life has ended, when its deputy is gone. */
  void noteEnd(MovedTask task, int incarnation, String how) {
    try {
      ExitStatusFile.of(settings.runDirectory(), task.id(), incarnation).note(how);
    } catch (IOException nobodyAsks) {
      // Its parent hears it from the deputy.
    }
  }

  /** Its process has turned into what holds its place: nothing of this life is heard any more. */
  void freezes(MovedTask task) {
    task.freezes();
    task.deputy().close();
    task.face().rest();
    drop(task);
  }

  void drop(MovedTask task) {
    moved.remove(task.id(), task);
    ledger.forget(task.id());
    changed.accept(task.id());
  }

  /** The node where it was does not have it any more. */
  void isLost(MovedTask task) {
    changed.accept(task.id());
  }

  void forget(MovedTask task) {
    callBack(task);
    drop(task);
    Trees.delete(Beside.notes(settings, task.id()));
    Step.of(
        "to forget the deputy",
        () -> {
          new DeputyDirectory(settings.runDirectory()).forget(task.deputy().name());
          return task;
        });
  }

  MoveLedger ledger() {
    return ledger;
  }

  /** An earlier daemon has given it away. */
  void isAwayStill(MovedTask task, MoveRecord record) {
    AttachService.forgetFormer(Proc.innermostPid(task.deputy().pid()), task.user());
    MovedTask.Away away = Departed.found(task, record, loops.next(), streams(task));
    kept.put(task.id(), away.connections().kept());
    // It was on its way, perhaps; what that had closed is there again.
    ConnectionLock.remove(ConnectionLock.tableOf(task.id()));
    HomeSide.askPeers(away);
    away.start().begins();
    int life = record.lifeThere();
    task.goes(life, away);
    sessions.give(life, away.session());
    sessions.give(life, away.pipeSession());
    toWatch.add(new Watch(settings, this, task, away, life));
  }

  /** What is to outlive this daemon of the connections of a task that is about to leave. */
  KeptConnections keeps(MovedTask task) throws IOException {
    KeptConnections begun = KeptConnections.begin(streams(task));
    kept.put(task.id(), begun);
    return begun;
  }

  private Path streams(MovedTask task) {
    return settings.runDirectory().resolve("streams").resolve(task.id());
  }

  /** It has not left: it is its own process, as before. */
  void neverLeft(MovedTask task) {
    callBack(task);
    drop(task);
  }

  /** The task is to take its locks at home. */
  Optional<LocksAside> letGoOfLocks(MovedTask task) {
    return files.letGoOfLocks(task.id());
  }

  /** What of a task's files is open here for it. */
  List<Descriptor> openFiles(MovedTask task) {
    return files.open(task.id());
  }

  /** The task stands still elsewhere, and keeps its locks. */
  void noteLocks(MovedTask task, Path image) throws IOException {
    files.noteLocks(task.id(), image);
  }

  /** The task that stood still beside its deputy has ended, and its locks with it. */
  void takeLocks(MovedTask task) {
    files.takeLocks(task.id());
    task.locks().heldBy(task.deputy().pid());
  }

  /** It lives here, and its end is its deputy's. */
  void follow(MovedTask task, Revival here, int incarnation) {
    var unused =
        here.ended().thenAcceptAsync(how -> ended(task, incarnation, how), settings.workers());
  }

  /** Waits; false where this daemon ends. */
  boolean pause(long millis) {
    try {
      return !closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** As the guest node calls the session of a task's pipes. */
  static String pipesOf(MovedTask task) {
    return task.id() + ".pipes";
  }

  MemoryService memory() {
    return memory;
  }

  StreamSessions sessions() {
    return sessions;
  }

  private PathSockets socketsOf(MovedTask task) {
    return sockets.computeIfAbsent(
        task.id(), id -> new PathSockets(loops.next(), new PathCallers(task, settings.workers())));
  }

  @Override
  public Export find(String task, int incarnation) throws StatusException {
    MovedTask known = moved.get(task);
    MovedTask.Away away = known == null ? null : known.away();
    if (known == null
        || away == null
        || incarnation != known.incarnation()
        || !away.node().equals(PeerNode.current().name()))
      throw Status.PERMISSION_DENIED
          .withDescription("life " + incarnation + " of task " + task + " was not given to you")
          .asException();
    return new Export(
        Path.of("/"),
        known.user(),
        known.locks(),
        new SocketsOfTwo(attach.of(task, known.user()), socketsOf(known)),
        new MadeAtHome(known));
  }

  @Override
  public void close() {
    closing.countDown();
    attach.close();
    sockets.values().forEach(PathSockets::close);
    files.close();
    frozen.close();
    moved.values().stream().filter(MovedTask::hasDeputy).forEach(task -> task.deputy().close());
  }
}
