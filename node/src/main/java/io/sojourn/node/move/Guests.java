package io.sojourn.node.move;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.checkpointer.Departures;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.cluster.Peers;
import io.sojourn.node.problem.Problems;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.protocol.image.Machine;
import io.sojourn.protocol.move.ArriveRequest;
import io.sojourn.protocol.move.ArriveResponse;
import io.sojourn.protocol.move.DepartPart;
import io.sojourn.protocol.move.DepartRequest;
import io.sojourn.protocol.move.DepartResponse;
import io.sojourn.protocol.move.Ended;
import io.sojourn.protocol.move.FateResponse.Fate;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.LeaveRequest;
import io.sojourn.protocol.move.LeaveResponse;
import io.sojourn.protocol.move.ReadyRequest;
import io.sojourn.protocol.move.ReadyResponse;
import io.sojourn.protocol.move.RunRequest;
import io.sojourn.protocol.move.Runs;
import io.sojourn.protocol.move.SignalRequest;
import io.sojourn.protocol.move.SignalResponse;
import io.sojourn.protocol.move.StayRequest;
import io.sojourn.protocol.move.StayResponse;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.protocol.move.WorldEvent;
import io.sojourn.restore.MachineCheck;
import io.sojourn.restore.world.GuestWorld;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of other nodes that live in this process, which is a world host. Only its home may do
 * something with a task.
 */
public final class Guests extends GuestWorldsGrpc.GuestWorldsImplBase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Guests.class);
  private static final long ASK_EVERY_MILLIS = 1_000;

  /**
   * What guests live with.
   *
   * @param host number of this process
   * @param memory a directory on a tmpfs, where images arrive, and worlds have their directories
   * @param runtime the directory that holds the native programs
   * @param criu throws where there is none
   * @param peers throws where this node is one of no cluster
   * @param loops on which streams between nodes are; they stay the caller's
   * @param fileLoops on which tasks' file calls are; they stay the caller's
   * @param door whether this node takes tasks
   */
  public record Settings(
      long host,
      Path memory,
      Path runtime,
      Supplier<Path> criu,
      Supplier<Departures> departures,
      Supplier<Peers> peers,
      Shipping shipping,
      EventLoopGroup loops,
      EventLoopGroup fileLoops,
      Executor workers,
      Door door) {}

  private final Settings settings;
  private final AtomicInteger arriving = new AtomicInteger();
  private final Map<TaskLife, Guest> guests = new ConcurrentHashMap<>();
  private final Ends ends = new Ends();
  private final NetworksAhead networks;
  private final AskHome home;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("fates", true));

  public Guests(Settings settings) {
    this.settings = settings;
    this.networks = new NetworksAhead(settings.workers(), clock);
    this.home = new AskHome(node -> settings.peers().get().channel(node));
    clock.scheduleWithFixedDelay(
        this::ask, ASK_EVERY_MILLIS, ASK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private GuestWorld.Tools tools() {
    settings.door().refuse();
    // The directory with all that CRIU needs.
    Path criu = Step.of("to look for CRIU", () -> settings.criu().get().toRealPath().getParent());
    return new GuestWorld.Tools(criu, settings.runtime().resolve("ckpt-shim"));
  }

  @Override
  public void ready(ReadyRequest request, StreamObserver<ReadyResponse> answer) {
    String node = PeerNode.current().name();
    unary(
        answer,
        () -> {
          var unused = tools();
          MachineCheck.compare(
              Machine.newBuilder()
                  .setArchitecture(request.getArchitecture())
                  .setKernel(request.getKernel())
                  .addAllCpuFeatures(request.getCpuFeaturesList())
                  .setCpuModel(request.getCpuModel())
                  .build(),
              MachineCheck.here());
          if (request.hasNetwork()) networks.begin(node, request.getNetwork());
          return ReadyResponse.getDefaultInstance();
        });
  }

  @Override
  public void arrive(ArriveRequest request, StreamObserver<ArriveResponse> answer) {
    String home = PeerNode.current().name();
    arriving.incrementAndGet();
    try {
      unary(answer, () -> arrive(request, home));
    } finally {
      arriving.decrementAndGet();
    }
  }

  private ArriveResponse arrive(ArriveRequest request, String home) {
    TaskLife life = request.getLife();
    Guest before = guests.get(life);
    // Home has given that attempt up: it would not send the same life again.
    if (before != null && before.home().equals(home) && !before.hasRun()) remove(life);
    EventLoop loop = settings.loops().next();
    EventLoop fileLoop = settings.fileLoops().next();
    Peers peers = settings.peers().get();
    Arrival arrival =
        new Arrival(
            settings.memory(),
            settings.host(),
            tools(),
            peers.channel(home),
            peers.channel(home, fileLoop),
            fileLoop,
            peers.channel(home, loop),
            loop,
            network -> networks.take(home, network));
    GuestWorld world = Moves.lasting(() -> arrival.world(request));
    guests.put(life, new Guest(home, request.getName(), world));
    var unused = world.whole().whenComplete((whole, lost) -> whole(life, request, lost));
    log.info("task {} ({}) of node {} has arrived", request.getName(), life.getTask(), home);
    return ArriveResponse.getDefaultInstance();
  }

  private void whole(TaskLife life, ArriveRequest request, @Nullable Throwable lost) {
    if (lost == null) {
      if (request.getLazy()) log.info("task {} has all of its memory", request.getName());
      return;
    }
    log.error("task {} is lost and ends: {}", request.getName(), lost.getMessage());
    Guest guest = guests.get(life);
    if (guest != null) settings.workers().execute(() -> guest.world().revival().end());
  }

  @Override
  public void run(RunRequest request, StreamObserver<WorldEvent> answer) {
    ((ServerCallStreamObserver<WorldEvent>) answer).setOnCancelHandler(() -> {});
    TaskLife life = request.getLife();
    try {
      Optional<String> over = ends.of(life, PeerNode.current().name());
      if (over.isPresent()) {
        answer.onNext(WorldEvent.newBuilder().setRuns(Runs.getDefaultInstance()).build());
        tell(life, over.get(), answer);
        answer.onCompleted();
        return;
      }
      Guest guest = find(life);
      Moves.lasting(() -> begin(life, guest));
      answer.onNext(WorldEvent.newBuilder().setRuns(Runs.getDefaultInstance()).build());
      guest
          .world()
          .ended()
          .thenAcceptAsync(how -> ended(life, guest, how, answer), settings.workers());
    } catch (RuntimeException failed) {
      answer.onError(Problems.statusOf(failed));
    }
  }

  private Guest begin(TaskLife life, Guest guest) {
    if (!guest.hasRun() && !home.begins(life, guest.home())) {
      remove(life);
      throw OperationException.refused(
          "home has taken task " + guest.name() + " back", "see ckpt ps at its home");
    }
    guest.runs(() -> settings.workers().execute(() -> refused(life)));
    return guest;
  }

  private void ended(TaskLife life, Guest guest, String how, StreamObserver<WorldEvent> answer) {
    try {
      // Of two calls of home the earlier one may be dead, and be the first to hear of it.
      if (!guest.isLeaving() || ends.of(life, guest.home()).isPresent()) {
        ends.note(life, guest.home(), how);
        remove(life);
        tell(life, how, answer);
      }
      answer.onCompleted();
    } catch (RuntimeException hungUp) {
      log.info("home of task {} is to be told of its end when it asks again", guest.name());
    }
  }

  private void tell(TaskLife life, String how, StreamObserver<WorldEvent> answer) {
    answer.onNext(WorldEvent.newBuilder().setEnded(Ended.newBuilder().setHow(how)).build());
    if (!((ServerCallStreamObserver<WorldEvent>) answer).isCancelled()) ends.told(life);
  }

  private void refused(TaskLife life) {
    log.warn("home does not serve life {} of task {} any more", life.getIncarnation(), life);
    remove(life);
  }

  @Override
  public void signal(SignalRequest request, StreamObserver<SignalResponse> answer) {
    unary(
        answer,
        () -> {
          Guest guest = find(request.getLife());
          boolean stopped = guest.signal(request);
          return SignalResponse.newBuilder().setStopped(stopped).build();
        });
  }

  @Override
  public void depart(DepartRequest request, StreamObserver<DepartPart> answer) {
    try {
      Guest guest = find(request.getLife());
      DepartResponse gone =
          Step.of(
              "the move",
              () ->
                  Moves.lasting(
                      () ->
                          guest.depart(request, settings.departures().get(), settings.shipping())));
      Parts.say(gone, (ServerCallStreamObserver<DepartPart>) answer);
      answer.onCompleted();
    } catch (RuntimeException failed) {
      answer.onError(Problems.statusOf(failed));
    }
  }

  @Override
  public void stay(StayRequest request, StreamObserver<StayResponse> answer) {
    unary(
        answer,
        () -> {
          find(request.getLife()).stays();
          return StayResponse.getDefaultInstance();
        });
  }

  @Override
  public void leave(LeaveRequest request, StreamObserver<LeaveResponse> answer) {
    unary(
        answer,
        () -> {
          find(request.getLife());
          remove(request.getLife());
          return LeaveResponse.getDefaultInstance();
        });
  }

  private Guest find(TaskLife life) {
    Guest guest = guests.get(life);
    if (guest == null || !guest.home().equals(PeerNode.current().name()))
      throw OperationException.notFound(
          "life %d of task %s is not here".formatted(life.getIncarnation(), life.getTask()),
          "see ckpt ps at its home");
    return guest;
  }

  /** Home's word may not have come through, or home's daemon died before it gave one. */
  private void ask() {
    guests.forEach(
        (life, guest) -> {
          if (guest.standsStill()) settings.workers().execute(() -> ask(life, guest));
        });
  }

  private void ask(TaskLife life, Guest guest) {
    try {
      Fate fate = home.of(life, guest.home());
      if (fate == Fate.LEAVE) remove(life);
      // What has never run waits for the word.
      if (fate == Fate.RUN && guest.hasRun()) {
        guest.stays();
        // Home hears by it that what has arrived of its image meanwhile is not needed either.
        home.of(life, guest.home());
      }
    } catch (RuntimeException failed) {
      log.error("task {} does not go on yet: {}", guest.name(), "" + failed.getMessage(), failed);
    }
  }

  /** Those that are here. */
  public List<Visitor> visitors() {
    return guests.entrySet().stream()
        .map(
            one ->
                new Visitor(one.getKey().getTask(), one.getValue().name(), one.getValue().home()))
        .toList();
  }

  private void remove(TaskLife life) {
    Guest guest = guests.remove(life);
    if (guest == null) return;
    guest.leaves();
    try {
      guest.world().close();
      log.info("the world of task {} ({}) is gone", guest.name(), life.getTask());
    } catch (IOException | RuntimeException left) {
      log.warn("left something of task {} in {}", guest.name(), guest.world().directory(), left);
    }
  }

  /**
   * Whether nobody needs this process any more: nobody is here, or about to be, and no home is to
   * be told how a task has ended.
   */
  public boolean idle() {
    return arriving.get() == 0 && guests.isEmpty() && !ends.untold();
  }

  /** Likewise, where what homes have been told just now may have been lost with the daemon. */
  public boolean forgotten() {
    return idle() && !ends.askedFor();
  }

  /** This node serves its guests no more: they have nowhere to ask. */
  public void expel() {
    guests.forEach((life, guest) -> log.warn("task {} has no home any more", guest.name()));
    guests.keySet().forEach(this::remove);
  }

  @Override
  public void close() {
    clock.shutdownNow();
    networks.close();
    guests.keySet().forEach(this::remove);
  }

  private static <T> void unary(StreamObserver<T> answer, Callable<T> work) {
    try {
      answer.onNext(Step.of("the move", work));
      answer.onCompleted();
    } catch (RuntimeException failed) {
      answer.onError(Problems.statusOf(failed));
    }
  }
}
