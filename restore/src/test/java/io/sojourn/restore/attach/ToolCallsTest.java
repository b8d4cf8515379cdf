package io.sojourn.restore.attach;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.stream.AlertLoops;
import io.sojourn.home.attach.AttachService;
import io.sojourn.home.files.BoundSockets;
import io.sojourn.home.files.Export;
import io.sojourn.restore.fuse.HomeTask;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tool connects at home, and a VM listens in a world, which is this machine. */
@Timeout(30)
class ToolCallsTest {
  private static final ThreadIdentity ROOT = new ThreadIdentity(0, 0, new int[] {0});

  /** As no process of this machine is called. */
  private final int vm = 400_000_000 + new Random().nextInt(100_000_000);

  private final Path inWorld = Path.of("/tmp/.java_pid" + vm);
  private final EventLoopGroup loops = AlertLoops.of(1, "attach-test");
  private final AttachService home = new AttachService((task, life) -> export(), loops);
  @TempDir private Path directory;
  private Server server;
  private ManagedChannel channel;
  private ToolCalls calls;

  private static Export export() {
    return new Export(Path.of("/"), ROOT);
  }

  @BeforeEach
  void begin() throws Exception {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(home)
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    calls = new ToolCalls(new HomeTask("task", 1), channel, (int) ProcessHandle.current().pid());
    make(home.of("task", ROOT));
    calls.start();
  }

  private void make(BoundSockets sockets) {
    byte[] name = name();
    assertThat(sockets.serves(name)).isTrue();
    int at = FileCalls.directory(directory.toString());
    assertThat(sockets.make(at, name, 0600)).isZero();
    assertThat(sockets.make(at, name, 0600)).isEqualTo(-17);
    FileCalls.close(at);
  }

  private byte[] name() {
    return (".java_pid" + vm + ".tmp").getBytes();
  }

  @AfterEach
  void end() throws Exception {
    calls.close();
    home.close();
    channel.shutdownNow();
    server.shutdownNow().awaitTermination();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    Files.deleteIfExists(inWorld);
  }

  @Test
  void whatBothSayArrives() throws Exception {
    byte[] question = bytes(300_000, 1), answer = bytes(5_000_000, 2);
    try (ServerSocketChannel listening = listening()) {
      CompletableFuture<byte[]> heard =
          CompletableFuture.supplyAsync(() -> answer(listening, question.length, answer));
      try (SocketChannel tool = connected()) {
        Channels.newOutputStream(tool).write(question);
        assertThat(Channels.newInputStream(tool).readAllBytes()).isEqualTo(answer);
      }
      assertThat(heard.get()).isEqualTo(question);
    }
  }

  /** As a tool writes its request. */
  @RepeatedTest(20)
  void whatIsSaidInPiecesArrives() throws Exception {
    byte[] answer = bytes(100, 2);
    try (ServerSocketChannel listening = listening()) {
      CompletableFuture<byte[]> heard =
          CompletableFuture.supplyAsync(() -> answer(listening, 200, answer));
      try (SocketChannel tool = connected()) {
        for (int piece = 0; piece < 200; piece++)
          Channels.newOutputStream(tool).write(new byte[] {(byte) piece});
        assertThat(Channels.newInputStream(tool).readAllBytes()).isEqualTo(answer);
      }
      assertThat(heard.get()).hasSize(200).contains((byte) 199, Index.atIndex(199));
    }
  }

  @Test
  void whoHangsUpIsSeenToDoSo() throws Exception {
    try (ServerSocketChannel listening = listening()) {
      connected().close();
      try (SocketChannel vmsEnd = listening.accept()) {
        assertThat(Channels.newInputStream(vmsEnd).read()).isEqualTo(-1);
      }
      // The VM's hanging up, too; and the next one is served.
      try (SocketChannel tool = connected()) {
        listening.accept().close();
        assertThat(Channels.newInputStream(tool).read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void whereNoVmListensTheToolHearsAnEnd() throws Exception {
    try (SocketChannel tool = connected()) {
      assertThat(Channels.newInputStream(tool).read()).isEqualTo(-1);
    }
  }

  /** A task could make one, to sockets that root may reach on the guest node, and nobody else. */
  @Test
  void aLinkIsNotFollowed() throws Exception {
    Path roots = directory.resolve("roots");
    try (ServerSocketChannel listening =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(roots))) {
      Files.createSymbolicLink(inWorld, roots);
      listening.configureBlocking(false);
      try (SocketChannel tool = connected()) {
        assertThat(Channels.newInputStream(tool).read()).isEqualTo(-1);
      }
      assertThat(listening.accept()).isNull();
    }
  }

  @Test
  void onlyAttachSocketsAreServed() {
    BoundSockets sockets = home.of("task", ROOT);
    for (String name : new String[] {".java_pid1", ".java_pid0.tmp", ".java_pidx.tmp", "a.tmp"})
      assertThat(sockets.serves(name.getBytes())).as(name).isFalse();
  }

  private ServerSocketChannel listening() throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(inWorld));
  }

  private SocketChannel connected() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve(new String(name()))));
  }

  private static byte[] answer(ServerSocketChannel listening, int asked, byte[] answer) {
    try (SocketChannel vmsEnd = listening.accept()) {
      byte[] question = Channels.newInputStream(vmsEnd).readNBytes(asked);
      Channels.newOutputStream(vmsEnd).write(answer);
      return question;
    } catch (IOException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static byte[] bytes(int count, int seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
