package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortCheckTest {
  @TempDir Path directory;

  @Test
  void aPortInUseIsRefusedNamingWhoHasIt() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Orders orders = listeningOn("0.0.0.0:" + taken.getLocalPort());
      OperationException refusal = Refusals.of(() -> PortCheck.check(orders.order()));
      assertThat(refusal)
          .hasMessageContaining("listens on 0.0.0.0:" + taken.getLocalPort())
          .hasMessageContaining("'java' (pid " + ProcessHandle.current().pid() + ")");
      assertThat(refusal.mend()).contains("--clone");
      Orders clone = orders.with(new RestoreOptions(true, false, false));
      assertThatCode(() -> PortCheck.check(clone.order())).doesNotThrowAnyException();
    }
  }

  @Test
  void aFreePortIsTaken() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Orders orders = listeningOn("127.0.0.1:" + free);
    assertThatCode(() -> PortCheck.check(orders.order())).doesNotThrowAnyException();
  }

  @Test
  void aCloneDoesNotTakeASocketFileAway() throws IOException {
    Path file = Files.createFile(directory.resolve("socket"));
    Orders clone =
        Orders.in(directory)
            .with(new RestoreOptions(true, false, false))
            .with(
                manifest ->
                    manifest.addSockets(
                        Socket.newBuilder()
                            .setProtocol("unix")
                            .setState("LISTEN")
                            .setLocal(file.toString())));
    assertThat(Refusals.of(() -> PortCheck.check(clone.order())))
        .hasMessageContaining("listens on " + file);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:80, 127.0.0.1:80, true",
    "127.0.0.1:80, 127.0.0.2:80, false",
    "127.0.0.1:80, 127.0.0.1:8080, false",
    "0.0.0.0:80, 127.0.0.2:80, true",
    "127.0.0.1:80, [::]:80, true",
    "127.0.0.1:80, [0:0:0:0:0:0:0:0]:80, true",
    "[::1]:80, [::2]:80, false",
  })
  void oneAddressStandsForAll(String a, String b, boolean collide) {
    assertThat(PortCheck.collide(a, b)).isEqualTo(collide);
  }

  private Orders listeningOn(String address) {
    return Orders.in(directory)
        .with(
            manifest ->
                manifest.addSockets(
                    Socket.newBuilder().setProtocol("tcp").setState("LISTEN").setLocal(address)));
  }
}
