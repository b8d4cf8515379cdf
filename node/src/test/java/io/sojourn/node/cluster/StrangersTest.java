package io.sojourn.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sojourn.protocol.peer.ImagesGrpc;
import io.sojourn.protocol.peer.JoinRequest;
import io.sojourn.protocol.peer.MembershipGrpc;
import io.sojourn.protocol.peer.OfferRequest;
import io.sojourn.protocol.peer.Rumours;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Those who are no nodes of the cluster: refused, noted in one line, and nothing breaks. */
class StrangersTest {
  private static final Logger REFUSALS = (Logger) LoggerFactory.getLogger(Refusals.class);

  @TempDir Path directory;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private TestNode node;
  private TestNode other;
  private JoinToken token;

  @BeforeEach
  void twoClusters() {
    node = new TestNode(directory, "a");
    other = new TestNode(directory, "other");
    token = JoinToken.parse(node.init().text());
    other.init();
    log.start();
    REFUSALS.setLevel(Level.WARN);
    REFUSALS.addAppender(log);
  }

  @AfterEach
  void end() {
    REFUSALS.detachAppender(log);
    REFUSALS.setLevel(null);
    try {
      stillServes();
    } finally {
      node.close();
      other.close();
    }
  }

  private void stillServes() {
    TestNode b = new TestNode(directory, "b");
    try (b) {
      b.join(token.text());
      b.awaitSees("a", "up");
      node.awaitSees("b", "up");
    }
  }

  private void noted(String... words) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(
            () ->
                assertThat(log.list)
                    .anySatisfy(
                        event ->
                            assertThat(event.getFormattedMessage())
                                .startsWith("refused 127.0.0.1:")
                                .contains(words)));
  }

  private int port() {
    return node.address.port();
  }

  private Credentials credentialsOf(TestNode of) {
    ClusterDirectory kept = new ClusterDirectory(of.state());
    return new Credentials(
        NodeKey.read(kept), Pem.certificate(kept.text(ClusterDirectory.AUTHORITY).orElseThrow()));
  }

  @Test
  void plainText() throws IOException {
    Socket socket = Strangers.plain(port());
    Strangers.send(socket, Strangers.bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    Strangers.untilClosed(socket);
    noted("does not speak TLS");
  }

  @Test
  void garbage() throws IOException {
    byte[] random = new byte[1 << 16];
    new Random(7).nextBytes(random);
    for (int i = 0; i < 20; i++) {
      Socket socket = Strangers.plain(port());
      try {
        Strangers.send(socket, random);
      } catch (java.io.UncheckedIOException closedAlready) {
        // As it should be.
      }
      Strangers.untilClosed(socket);
    }
    noted("TLS");
  }

  @Test
  void anOlderTls() {
    assertThatThrownBy(() -> Strangers.tls(port(), "TLSv1.2", null))
        .isInstanceOf(IOException.class);
    noted("TLS");
  }

  @Test
  void aCertificateOfAnotherCluster() {
    Consumer<Socket> read = Strangers::untilClosed;
    // In TLS 1.3 the client hears of the refusal after its own part is done.
    assertThatThrownBy(
            () -> {
              Socket socket = Strangers.tls(port(), "TLSv1.3", credentialsOf(other));
              read.accept(socket);
              throw new SSLException("closed");
            })
        .isInstanceOf(IOException.class);
    noted("not one of this cluster's");
  }

  @Test
  void noCertificate() {
    var loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    ManagedChannel channel =
        Peers.builder(
                node.address,
                PeerTls.stranger(new FirstContact(token.fingerprint())),
                loop,
                node.workers)
            .build();
    try {
      assertThatThrownBy(
              () -> MembershipGrpc.newBlockingStub(channel).gossip(Rumours.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode())
                      .isEqualTo(Status.Code.PERMISSION_DENIED));
      assertThatThrownBy(
              () -> ImagesGrpc.newBlockingStub(channel).offer(OfferRequest.getDefaultInstance()))
          .isInstanceOf(StatusRuntimeException.class);
      noted("shows no certificate");
      // The one call that it may make has a limit, too.
      assertThatThrownBy(
              () ->
                  MembershipGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(20, TimeUnit.SECONDS)
                      .join(
                          JoinRequest.newBuilder()
                              .setSecret("x".repeat(PeerServer.LARGEST_MESSAGE + 1))
                              .build()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode())
                      .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED));
      noted("exceeds maximum size");
    } finally {
      channel.shutdownNow();
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
  }

  @Test
  void framesThatAreTooLargeOrMalformed() throws IOException {
    // The length says 16 MiB - 1; the node has promised to take 16 KiB.
    byte[] large = {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0, 0, 1};
    byte[] unknownStream = {0, 0, 4, 3, 0, 0, 0, 0, 9, 0, 0, 0, 0};
    for (byte[] frame :
        new byte[][] {large, unknownStream, Strangers.bytes("no frame at all, long enough")}) {
      Socket socket = Strangers.tls(port(), "TLSv1.3", credentialsOf(node));
      Strangers.send(socket, Strangers.PREFACE, Strangers.EMPTY_SETTINGS, frame);
      Strangers.untilClosed(socket);
    }
    noted("HTTP/2");
  }

  @Test
  void aWrongToken() {
    TestNode guesser = new TestNode(directory, "guesser");
    try (guesser) {
      String guessed =
          new JoinToken(node.address.toString(), token.fingerprint(), "guessed").text();
      assertThatThrownBy(() -> guesser.join(guessed)).hasMessageContaining("the token is not one");
    }
    noted("the token is not one of this cluster's");
  }

  @Test
  void silence() throws IOException {
    Socket socket = Strangers.plain(port());
    Strangers.untilClosed(socket);
  }

  @Test
  void aForgedListOfRevokedCertificates() {
    Authority forger = Authority.found(Clock.systemUTC());
    Trust trust = new Trust(Authority.found(Clock.systemUTC()).certificate(), Clock.systemUTC());
    assertThatThrownBy(() -> trust.accept(forger.revoke(java.util.List.of(), 9)))
        .hasMessageContaining("forged");
  }
}
