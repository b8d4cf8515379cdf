package io.sojourn.restore.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A JVM with a busy connection goes away, and the connection stays at home. */
class MovedConnectionTest {
  private TwoNodes nodes;
  @TempDir Path directory;

  @BeforeEach
  void start() throws IOException {
    nodes = new TwoNodes();
  }

  @AfterEach
  void stop() throws IOException {
    nodes.close();
  }

  @ParameterizedTest
  @CsvSource({
    "10.9.8.1,5,5,false", "10.9.8.1,0,0,false", "fd09::1,5,0,false",
    "10.9.8.1,5,5,true", "10.9.8.1,0,0,true", "fd09::1,0,5,true"
  })
  void noByteIsLostOrRepeated(String address, long peerPause, long taskPause, boolean homeAgain)
      throws Exception {
    ServerSocket server =
        nodes.peer(() -> new ServerSocket(0, 9, InetAddress.getByName(address))).get();
    Path result = directory.resolve("result");
    try (MovedTask moved =
        MovedTask.start(
            nodes, Chatter.class, address, server.getLocalPort(), result, "" + taskPause)) {
      PeerSide peer = new PeerSide(server.accept(), peerPause);
      Future<String> said = nodes.peer(peer::talk);
      Awaitility.await().until(() -> peer.received() > 50_000);
      moved.away(Files.createDirectory(directory.resolve("out")));
      goesOn(peer);
      if (homeAgain) {
        moved.home(Files.createDirectory(directory.resolve("back")));
        goesOn(peer);
      }
      peer.finish();
      String seen = said.get(1, TimeUnit.MINUTES);
      Awaitility.await().until(() -> Files.exists(result) && !Files.readString(result).isEmpty());
      assertThat(Files.readString(result)).isEqualTo(seen);
    }
  }

  @ParameterizedTest
  @CsvSource({"10.9.8.1,5,5", "10.9.8.1,0,0", "10.9.8.1,0,5", "10.9.8.1,5,0"})
  void fromNodeToNodeAndHome(String address, long peerPause, long taskPause) throws Exception {
    ServerSocket server =
        nodes.peer(() -> new ServerSocket(0, 9, InetAddress.getByName(address))).get();
    Path result = directory.resolve("result");
    try (MovedTask moved =
        MovedTask.start(
            nodes, Chatter.class, address, server.getLocalPort(), result, "" + taskPause)) {
      PeerSide peer = new PeerSide(server.accept(), peerPause);
      Future<String> said = nodes.peer(peer::talk);
      goesOn(peer);
      moved.away(Files.createDirectory(directory.resolve("b")));
      goesOn(peer);
      for (int life = 3; life < 6; life++) {
        moved.onward(Files.createDirectory(directory.resolve("life" + life)), life);
        goesOn(peer);
      }
      moved.home(Files.createDirectory(directory.resolve("back")));
      goesOn(peer);
      peer.finish();
      String seen = said.get(1, TimeUnit.MINUTES);
      Awaitility.await().until(() -> Files.exists(result) && !Files.readString(result).isEmpty());
      assertThat(Files.readString(result)).isEqualTo(seen);
    }
  }

  @Test
  void noByteIsLostWhereHomeTriesTwice() throws Exception {
    ServerSocket server =
        nodes.peer(() -> new ServerSocket(0, 9, InetAddress.getByName("10.9.8.1"))).get();
    Path result = directory.resolve("result");
    try (MovedTask moved =
        MovedTask.start(nodes, Chatter.class, "10.9.8.1", server.getLocalPort(), result, "0")) {
      PeerSide peer = new PeerSide(server.accept(), 0);
      Future<String> said = nodes.peer(peer::talk);
      goesOn(peer);
      moved.away(Files.createDirectory(directory.resolve("out")));
      goesOn(peer);
      moved.home(Files.createDirectory(directory.resolve("back")), true);
      goesOn(peer);
      peer.finish();
      String seen = said.get(1, TimeUnit.MINUTES);
      Awaitility.await().until(() -> Files.exists(result) && !Files.readString(result).isEmpty());
      assertThat(Files.readString(result)).isEqualTo(seen);
    }
  }

  private static void goesOn(PeerSide peer) {
    long then = peer.received();
    Awaitility.await().atMost(1, TimeUnit.MINUTES).until(() -> peer.received() > then + 100_000);
  }

  /** The peer's side of a chatter. */
  static final class PeerSide {
    private final Socket socket;
    private final long pauseMillis;
    private volatile boolean finishing;
    private volatile long received;

    PeerSide(Socket socket, long pauseMillis) {
      this.socket = socket;
      this.pauseMillis = pauseMillis;
    }

    long received() {
      return received;
    }

    void finish() {
      finishing = true;
    }

    /** What the chatter should say: bytes that it got, bytes that it sent. */
    String talk() throws Exception {
      Noise out = new Noise(2), in = new Noise(1);
      Thread writer =
          new Thread(
              () -> {
                byte[] buffer = new byte[9973];
                try {
                  while (!finishing) {
                    int length = 1 + (int) (out.offset() * 17 % buffer.length);
                    out.fill(buffer, length);
                    socket.getOutputStream().write(buffer, 0, length);
                    if (pauseMillis > 0) Thread.sleep(pauseMillis);
                  }
                  socket.shutdownOutput();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      writer.start();
      byte[] buffer = new byte[16 << 10];
      for (int length; (length = socket.getInputStream().read(buffer)) >= 0; ) {
        in.check(buffer, length);
        received = in.offset();
      }
      writer.join();
      socket.close();
      return out.offset() + " " + in.offset();
    }
  }
}
