package io.sojourn.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.stream.AlertLoops;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.ReadyRequest;
import io.sojourn.protocol.move.ReadyResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process beside a daemon is the same node to all others. */
class FollowedClusterTest {
  @TempDir Path directory;
  private final SettableClock clock = new SettableClock();
  private final EventLoopGroup loops = AlertLoops.of(1, "followed");
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private final List<String> callers = new CopyOnWriteArrayList<>();

  /** Notes who calls. */
  private final class Doorbell extends GuestWorldsGrpc.GuestWorldsImplBase {
    @Override
    public void ready(ReadyRequest request, StreamObserver<ReadyResponse> answer) {
      callers.add(PeerNode.current().name());
      answer.onNext(ReadyResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  @AfterEach
  void end() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    workers.shutdownNow();
  }

  private TestNode node(String name) {
    return new TestNode(directory, name, clock, new Doorbell());
  }

  private FollowedCluster beside(TestNode node) {
    return new FollowedCluster(
        directory.resolve(node.name), clock, loops, workers, () -> left.complete(null));
  }

  private static void ring(Channel node) {
    GuestWorldsGrpc.newBlockingStub(node)
        .withWaitForReady()
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .ready(ReadyRequest.getDefaultInstance());
  }

  @Test
  void itReachesWhomTheDaemonKnowsInItsName() {
    try (TestNode a = node("a");
        TestNode b = node("b");
        TestNode c = node("c");
        FollowedCluster beside = beside(b)) {
      assertThatThrownBy(beside::peers).hasMessage("this node is one of no cluster");
      b.join(a.init().text());
      ring(beside.peers().channel("a"));
      assertThat(callers).containsExactly("b");
      assertThatThrownBy(() -> beside.peers().channel("c")).hasMessage("no node 'c'");
      c.join(a.cluster().token(Duration.ZERO).text());
      b.awaitSees("c", "up");
      ring(beside.peers().channel("c"));
      assertThat(callers).containsExactly("b", "b");
      // The daemon's end is none of its business.
      b.cluster().close();
      ring(beside.peers().channel("a"));
      assertThat(left).isNotDone();
    }
  }

  @Test
  void itShowsTheRenewedCertificate() throws Exception {
    try (TestNode a = node("a");
        TestNode b = node("b");
        FollowedCluster beside = beside(b)) {
      b.join(a.init().text());
      ring(beside.peers().channel("a"));
      X509Certificate before = certificate(b), itsPeers = certificate(a);
      clock.forward(Authority.NODE_LIFETIME.multipliedBy(3).dividedBy(4));
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !certificate(b).equals(before) && !certificate(a).equals(itsPeers));
      clock.forward(Authority.NODE_LIFETIME.dividedBy(2));
      // The one that it began with is over; a new connection is made with the new one.
      assertThat(before.getNotAfter().toInstant()).isBefore(clock.instant());
      a.restart();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .untilAsserted(() -> ring(beside.peers().channel("a")));
      assertThat(callers).containsOnly("b").hasSizeGreaterThan(1);
    }
  }

  private static X509Certificate certificate(TestNode node) {
    return NodeKey.read(new ClusterDirectory(node.state())).certificate();
  }

  @Test
  void whenTheNodeLeavesItIsOver() {
    try (TestNode a = node("a");
        TestNode b = node("b");
        FollowedCluster beside = beside(b)) {
      b.join(a.init().text());
      ring(beside.peers().channel("a"));
      b.awaitSees("a", "up");
      assertThat(b.cluster().leave(false)).isTrue();
      left.orTimeout(20, TimeUnit.SECONDS).join();
      assertThatThrownBy(beside::peers).isInstanceOf(OperationException.class);
      assertThat(Files.exists(b.state())).isFalse();
    }
  }

  /** Who calls is what the certificate says, whatever else is said. */
  @Test
  void nobodySpeaksForAnotherNode() {
    try (TestNode a = node("a");
        TestNode b = node("b")) {
      b.join(a.init().text());
      b.awaitSees("a", "up");
      Metadata forged = new PeerNode("c").handedOn();
      Channel named =
          ClientInterceptors.intercept(
              b.cluster().peers().channel("a"), MetadataUtils.newAttachHeadersInterceptor(forged));
      ring(named);
      assertThat(callers).containsExactly("b");
    }
  }
}
