package io.sojourn.node.worlds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.move.DepartPart;
import io.sojourn.protocol.move.DepartRequest;
import io.sojourn.protocol.move.Ended;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.RunRequest;
import io.sojourn.protocol.move.Runs;
import io.sojourn.protocol.move.SignalRequest;
import io.sojourn.protocol.move.SignalResponse;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.protocol.move.WorldEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls of another node, through a daemon, to world hosts. */
class HandedOnCallTest {
  private static final int PARTS = 500;

  private final List<Server> servers = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Channel> hosts = new ArrayList<>();

  /** Knows some tasks, and says so of others. */
  private static final class Host extends GuestWorldsGrpc.GuestWorldsImplBase {
    private final Set<String> tasks;
    private final AtomicInteger sent = new AtomicInteger();
    private final CompletableFuture<Void> hungUp = new CompletableFuture<>();
    private final Set<String> callers = ConcurrentHashMap.newKeySet();

    Host(String... tasks) {
      this.tasks = Set.of(tasks);
    }

    private boolean has(TaskLife life, StreamObserver<?> answer) {
      callers.add(PeerNode.current().name());
      if (tasks.contains(life.getTask())) return true;
      answer.onError(
          Problems.statusOf(OperationException.notFound(life.getTask() + " is not here", "look")));
      return false;
    }

    @Override
    public void run(RunRequest request, StreamObserver<WorldEvent> answer) {
      if (!has(request.getLife(), answer)) return;
      ((ServerCallStreamObserver<WorldEvent>) answer)
          .setOnCancelHandler(() -> hungUp.complete(null));
      answer.onNext(WorldEvent.newBuilder().setRuns(Runs.getDefaultInstance()).build());
      if (request.getLife().getIncarnation() == 1) return;
      answer.onNext(
          WorldEvent.newBuilder().setEnded(Ended.newBuilder().setHow("exited 3")).build());
      answer.onCompleted();
    }

    @Override
    public void signal(SignalRequest request, StreamObserver<SignalResponse> answer) {
      if (!has(request.getLife(), answer)) return;
      answer.onError(
          Problems.statusOf(OperationException.refused("no signals", "send none of them")));
    }

    @Override
    public void depart(DepartRequest request, StreamObserver<DepartPart> answer) {
      if (!has(request.getLife(), answer)) return;
      var parts = (ServerCallStreamObserver<DepartPart>) answer;
      parts.setOnReadyHandler(
          () -> {
            while (parts.isReady() && sent.get() < PARTS) {
              int number = sent.incrementAndGet();
              byte[] bytes = new byte[10_000];
              bytes[0] = (byte) number;
              parts.onNext(DepartPart.newBuilder().setBytes(ByteString.copyFrom(bytes)).build());
              if (number == PARTS) parts.onCompleted();
            }
          });
    }
  }

  private Channel serve(BindableService service) throws IOException {
    String name = InProcessServerBuilder.generateName();
    servers.add(
        InProcessServerBuilder.forName(name)
            .addService(ServerInterceptors.intercept(service, PeerNode.HANDED_ON_INTERCEPTOR))
            .build()
            .start());
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    channels.add(channel);
    return channel;
  }

  private GuestWorldsGrpc.GuestWorldsBlockingStub home(Host... there) throws IOException {
    for (Host host : there) hosts.add(serve(host));
    // In place of the door, which knows the caller by its certificate.
    Metadata caller = new PeerNode("home").handedOn();
    Channel daemon = serve(HandingOn.by((method, headers, request) -> hosts));
    return GuestWorldsGrpc.newBlockingStub(daemon)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(caller))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static TaskLife life(String task, int incarnation) {
    return TaskLife.newBuilder().setTask(task).setIncarnation(incarnation).build();
  }

  @AfterEach
  void end() {
    channels.forEach(ManagedChannel::shutdownNow);
    servers.forEach(Server::shutdownNow);
  }

  @Test
  void eachReachesTheHostThatHasTheTask() throws IOException {
    Host one = new Host("here"), other = new Host("there");
    var home = home(one, other);
    for (String task : List.of("here", "there")) {
      Iterator<WorldEvent> events =
          home.run(RunRequest.newBuilder().setLife(life(task, 2)).build());
      assertThat(events.next().hasRuns()).isTrue();
      assertThat(events.next().getEnded().getHow()).isEqualTo("exited 3");
      assertThat(events.hasNext()).isFalse();
    }
    assertThat(one.callers).containsExactly("home");
    assertThat(other.callers).containsExactly("home");
  }

  @Test
  void whatIsRefusedComesBackAsItWasSaid() throws IOException {
    var home = home(new Host("here"), new Host("there"));
    assertThat(problem(home, "nowhere").kind()).isEqualTo(OperationException.Kind.NOT_FOUND);
    OperationException refused = problem(home, "there");
    assertThat(refused).hasMessage("no signals");
    assertThat(refused.mend()).isEqualTo("send none of them");
  }

  private static OperationException problem(
      GuestWorldsGrpc.GuestWorldsBlockingStub home, String task) {
    try {
      throw new AssertionError(
          home.signal(SignalRequest.newBuilder().setLife(life(task, 1)).build()));
    } catch (StatusRuntimeException refused) {
      return Problems.in(refused).orElseThrow();
    }
  }

  /** It may have the task: nobody can say that the task is not there. */
  @Test
  void aHostThatDoesNotAnswerIsNotPassedOver() throws IOException {
    var home = home(new Host("here"), new Host("there"));
    servers.get(0).shutdownNow();
    assertThatThrownBy(() -> home.signal(SignalRequest.newBuilder().setLife(life("x", 1)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failed -> {
              assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
              assertThat(Problems.in(failed)).isEmpty();
            });
  }

  @Test
  void whoHangsUpIsHeardOf() throws Exception {
    Host host = new Host("here");
    var home = home(host);
    try (var call = io.grpc.Context.current().withCancellation()) {
      Iterator<WorldEvent> events =
          call.call(() -> home.run(RunRequest.newBuilder().setLife(life("here", 1)).build()));
      assertThat(events.next().hasRuns()).isTrue();
      assertThat(host.hungUp).isNotDone();
    }
    host.hungUp.get(20, TimeUnit.SECONDS);
  }

  /** All of it, in order, and no faster than it is taken. */
  @Test
  void aLongAnswerWaitsForWhoReadsIt() throws Exception {
    Host host = new Host("here");
    Iterator<DepartPart> parts =
        home(host).depart(DepartRequest.newBuilder().setLife(life("here", 1)).build());
    parts.next();
    Thread.sleep(500);
    assertThat(host.sent.get()).as("sent before anybody reads").isLessThan(PARTS / 2);
    int count = 1;
    while (parts.hasNext()) assertThat(parts.next().getBytes().byteAt(0)).isEqualTo((byte) ++count);
    assertThat(count).isEqualTo(PARTS);
  }
}
