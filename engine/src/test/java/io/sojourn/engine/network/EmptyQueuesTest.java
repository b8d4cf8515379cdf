package io.sojourn.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.RawSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of a connection of this process, as CRIU would have read it before and after a byte. */
class EmptyQueuesTest {
  private static final int O_NONBLOCK = 04000;
  private static final int SELF = (int) ProcessHandle.current().pid();

  private ServerSocket server;
  private RawSocket ours;
  private Socket other;
  private Descriptor descriptor;
  @TempDir Path images;

  @BeforeEach
  void connect() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    InetSocketAddress to = (InetSocketAddress) server.getLocalSocketAddress();
    ours = RawSocket.tcp(to);
    ours.connect(to);
    other = server.accept();
    other.setTcpNoDelay(true);
    descriptor =
        Descriptor.of(SELF).stream()
            .filter(one -> one.number() == ours.descriptor())
            .findFirst()
            .orElseThrow();
  }

  @AfterEach
  void close() throws IOException {
    other.close();
    ours.close();
    server.close();
  }

  @Test
  void whatIsAsItWasIsRead() throws Exception {
    write(TcpRepairMode.on(ours).read());
    assertThat(misread(Stream.of(descriptor))).isFalse();
  }

  @Test
  void whatCameAfterwardsIsNobodysBusiness() throws Exception {
    write(TcpRepairMode.on(ours).read());
    comes(7);
    assertThat(misread(Stream.of(descriptor))).isFalse();
  }

  @Test
  void whatCameBetweenTheTwoQuestionsIsMisread() throws Exception {
    TcpStreamImage before = TcpRepairMode.on(ours).read();
    int behind = comes(7);
    write(
        new TcpStreamImage(
            before.entry().toBuilder().setInqSeq(behind).build(),
            before.received(),
            before.sending()));
    assertThat(misread(Stream.of(descriptor))).isTrue();
  }

  @Test
  void whatCameBeforeIsRead() throws Exception {
    TcpRepairMode.on(ours);
    comes(7);
    write(TcpRepairMode.on(ours).read());
    assertThat(misread(Stream.of(descriptor))).isFalse();
  }

  @Test
  void whatWasOpenedSinceIsLookedFor() throws Exception {
    write(TcpRepairMode.on(ours).read());
    assertThat(misread(Stream.empty())).isFalse();
  }

  /** The task goes on with it, and may count on its calls to wait. */
  @Test
  void whatIsLookedAtBlocksAsBefore() throws Exception {
    String local = "127.0.0.1:" + server.getLocalPort();
    Descriptor theirs =
        Descriptor.of(SELF).stream()
            .filter(one -> one.isSocket() && isOf(one, local))
            .findFirst()
            .orElseThrow();
    assertThat(theirs.flags() & O_NONBLOCK).isZero();
    try (RawSocket socket = RawSocket.lookAt(theirs)) {
      TcpRepairMode.on(socket).read().write(TcpStreamImage.path(images, (int) theirs.inode()));
      assertThat(misread(Stream.of(theirs))).isFalse();
      TcpRepairMode.off(socket);
    }
    assertThat(Descriptor.of(SELF)).contains(theirs);
  }

  private static boolean isOf(Descriptor descriptor, String local) {
    InternetSocket socket = InternetSocket.inNamespaceOf(SELF).get(descriptor.inode());
    return socket != null && !socket.listening() && socket.local().equals(local);
  }

  private int comes(int count) throws IOException {
    TcpRepairMode repair = TcpRepairMode.on(ours);
    int before = repair.sequence(TcpRepairMode.Queue.RECEIVE);
    other.getOutputStream().write(new byte[count]);
    Awaitility.await().until(() -> repair.sequence(TcpRepairMode.Queue.RECEIVE) - before == count);
    return before + count;
  }

  private void write(TcpStreamImage image) throws IOException {
    image.write(TcpStreamImage.path(images, (int) descriptor.inode()));
  }

  private boolean misread(Stream<Descriptor> seen) throws IOException {
    return EmptyQueues.misread(images, seen, () -> Descriptor.of(SELF).stream());
  }
}
