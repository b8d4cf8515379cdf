package io.sojourn.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A connection is read down while its other end talks on. */
class TcpRepairModeTest {
  private static final int READINGS = 200;
  private static final int MOST = 64 << 10;

  @RepeatedTest(5)
  void whatComesMeanwhileIsCountedOnceOrNotAtAll() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawSocket ours = connected(server);
        Socket other = server.accept()) {
      other.setTcpNoDelay(true);
      int first = firstToCome(ours);
      CompletableFuture<Void> talk = CompletableFuture.runAsync(() -> talk(other));
      TcpRepairMode repair = TcpRepairMode.on(ours);
      for (int i = 0; i < READINGS && !talk.isDone(); i++) {
        TcpStreamImage image = repair.read();
        assertThat(image.entry().getInqSeq() - first).isEqualTo(image.received().length);
        assertThat(image.entry().getInqLen()).isEqualTo(image.received().length);
        for (int at = 0; at < image.received().length; at++)
          if (image.received()[at] != (byte) at)
            throw new AssertionError("byte " + at + " is " + image.received()[at]);
      }
      TcpRepairMode.off(ours);
      talk.get(1, TimeUnit.MINUTES);
    }
  }

  @Test
  void whatIsTakenMeanwhileIsCountedOnceOrNotAtAll() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawSocket ours = connected(server);
        Socket other = server.accept()) {
      byte[] noise = new byte[4 << 20];
      for (int at = 0; at < noise.length; at++) noise[at] = (byte) (at * 31 >> 3);
      int first = TcpRepairMode.on(ours).sequence(TcpRepairMode.Queue.SEND);
      TcpRepairMode.off(ours);
      int sent = ours.send(noise, noise.length);
      CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> take(other, sent));
      TcpRepairMode repair = TcpRepairMode.on(ours);
      TcpStreamImage image = repair.read();
      int taken = image.firstUnacknowledged() - first;
      assertThat(taken + image.sending().length).isEqualTo(sent);
      for (int at = 0; at < image.sending().length; at++)
        if (image.sending()[at] != noise[taken + at]) throw new AssertionError("byte " + at);
      TcpRepairMode.off(ours);
      assertThat(read.get(1, TimeUnit.MINUTES)).isEqualTo(sent);
    }
  }

  private static RawSocket connected(ServerSocket server) {
    InetSocketAddress to = (InetSocketAddress) server.getLocalSocketAddress();
    RawSocket socket = RawSocket.tcp(to);
    socket.connect(to);
    Awaitility.await().until(() -> TcpRepairMode.state(socket) == TcpState.ESTABLISHED);
    return socket;
  }

  private static int firstToCome(RawSocket socket) {
    int first = TcpRepairMode.on(socket).sequence(TcpRepairMode.Queue.RECEIVE);
    TcpRepairMode.off(socket);
    return first;
  }

  /** Many small pieces; no more of them than the reader's kernel takes while nobody reads. */
  private static void talk(Socket other) {
    byte[] piece = new byte[7];
    try {
      for (int at = 0; at < MOST; at += piece.length) {
        for (int i = 0; i < piece.length; i++) piece[i] = (byte) (at + i);
        other.getOutputStream().write(piece);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static int take(Socket other, int count) {
    byte[] buffer = new byte[1000];
    int taken = 0;
    try {
      while (taken < count) {
        int got = other.getInputStream().read(buffer);
        if (got < 0) break;
        taken += got;
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return taken;
  }
}
