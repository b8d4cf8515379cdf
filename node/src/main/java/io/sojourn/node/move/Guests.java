package io.sojourn.node.move;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.sojourn.checkpointer.Departures;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.cluster.Peers;
import io.sojourn.node.problem.Problems;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.protocol.image.Machine;
import io.sojourn.protocol.move.ArriveRequest;
import io.sojourn.protocol.move.ArriveResponse;
import io.sojourn.protocol.move.DepartRequest;
import io.sojourn.protocol.move.DepartResponse;
import io.sojourn.protocol.move.Ended;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.LeaveRequest;
import io.sojourn.protocol.move.LeaveResponse;
import io.sojourn.protocol.move.ReadyRequest;
import io.sojourn.protocol.move.ReadyResponse;
import io.sojourn.protocol.move.RunRequest;
import io.sojourn.protocol.move.Runs;
import io.sojourn.protocol.move.SignalRequest;
import io.sojourn.protocol.move.SignalResponse;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.protocol.move.WorldEvent;
import io.sojourn.restore.MachineCheck;
import io.sojourn.restore.world.GuestWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tasks of other nodes that live on this one. Only its home may do something with a task. */
final class Guests extends GuestWorldsGrpc.GuestWorldsImplBase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Guests.class);

  private final Path memory;
  private final Supplier<GuestWorld.Tools> tools;
  private final Supplier<Departures> departures;
  private final Supplier<Peers> peers;
  private final Shipping shipping;
  private final EventLoopGroup loops;
  private final Executor workers;
  private final Map<TaskLife, Guest> guests = new ConcurrentHashMap<>();

  /**
   * @param memory where images arrive, and worlds have their directories
   */
  Guests(
      Path memory,
      Supplier<GuestWorld.Tools> tools,
      Supplier<Departures> departures,
      Supplier<Peers> peers,
      Shipping shipping,
      EventLoopGroup loops,
      Executor workers) {
    this.memory = memory;
    this.tools = tools;
    this.departures = departures;
    this.peers = peers;
    this.shipping = shipping;
    this.loops = loops;
    this.workers = workers;
  }

  @Override
  public void ready(ReadyRequest request, StreamObserver<ReadyResponse> answer) {
    unary(
        answer,
        () -> {
          var unused = tools.get();
          MachineCheck.compare(
              Machine.newBuilder()
                  .setArchitecture(request.getArchitecture())
                  .setKernel(request.getKernel())
                  .addAllCpuFeatures(request.getCpuFeaturesList())
                  .setCpuModel(request.getCpuModel())
                  .build(),
              MachineCheck.here());
          return ReadyResponse.getDefaultInstance();
        });
  }

  @Override
  public void arrive(ArriveRequest request, StreamObserver<ArriveResponse> answer) {
    String home = PeerNode.current().name();
    unary(
        answer,
        () -> {
          TaskLife life = request.getLife();
          EventLoop loop = loops.next();
          Arrival arrival =
              new Arrival(
                  memory,
                  tools.get(),
                  peers.get().channel(home),
                  peers.get().channel(home, loop),
                  loop);
          GuestWorld world = Moves.lasting(() -> arrival.world(request));
          guests.put(life, new Guest(home, request.getName(), world));
          log.info("task {} ({}) of node {} has arrived", request.getName(), life.getTask(), home);
          return ArriveResponse.getDefaultInstance();
        });
  }

  @Override
  public void run(RunRequest request, StreamObserver<WorldEvent> answer) {
    ((ServerCallStreamObserver<WorldEvent>) answer).setOnCancelHandler(() -> {});
    try {
      Guest guest = find(request.getLife());
      Moves.lasting(
          () -> {
            guest.world().run(() -> workers.execute(() -> refused(request.getLife())));
            return guest;
          });
      answer.onNext(WorldEvent.newBuilder().setRuns(Runs.getDefaultInstance()).build());
      guest
          .world()
          .ended()
          .thenAcceptAsync(how -> ended(request.getLife(), guest, how, answer), workers);
    } catch (RuntimeException failed) {
      answer.onError(Problems.statusOf(failed));
    }
  }

  private void ended(TaskLife life, Guest guest, String how, StreamObserver<WorldEvent> answer) {
    if (!guest.departing()) {
      answer.onNext(
          WorldEvent.newBuilder().setEnded(Ended.newBuilder().setHow(how).build()).build());
      remove(life);
    }
    answer.onCompleted();
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
          find(request.getLife()).signal(request.getNumber());
          return SignalResponse.getDefaultInstance();
        });
  }

  @Override
  public void depart(DepartRequest request, StreamObserver<DepartResponse> answer) {
    unary(
        answer,
        () -> {
          Guest guest = find(request.getLife());
          DepartResponse gone = guest.depart(departures.get(), shipping);
          remove(request.getLife());
          return gone;
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

  List<Visitor> visitors() {
    return guests.entrySet().stream()
        .map(
            one ->
                new Visitor(one.getKey().getTask(), one.getValue().name(), one.getValue().home()))
        .toList();
  }

  private void remove(TaskLife life) {
    Guest guest = guests.remove(life);
    if (guest == null) return;
    try {
      guest.world().close();
      log.info("the world of task {} ({}) is gone", guest.name(), life.getTask());
    } catch (IOException | RuntimeException left) {
      log.warn("left something of task {} in {}", guest.name(), guest.world().directory(), left);
    }
  }

  /** What daemons that died have left; their tasks ended with them. */
  void sweep() throws IOException {
    if (!Files.isDirectory(memory)) return;
    try (var left = Files.newDirectoryStream(memory, Arrival.PREFIX + "*")) {
      for (Path world : left) GuestWorld.remove(world);
    }
  }

  @Override
  public void close() {
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
