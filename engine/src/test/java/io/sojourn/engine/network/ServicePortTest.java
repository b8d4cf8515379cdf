package io.sojourn.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServicePortTest {
  /** What the kernel chose is in its range; what is found never is. */
  @Test
  void itIsOutsideOfTheKernelsRange() throws IOException {
    String range = Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_local_port_range")).get(0);
    String[] ends = range.split("\\s+");
    int low = Integer.parseInt(ends[0]), high = Integer.parseInt(ends[1]);
    for (int i = 0; i < 200; i++) {
      int found = ServicePort.find();
      assertThat(found >= low && found <= high).as(found + " in " + range).isFalse();
      assertThat(found).isBetween(1024, 65_535);
    }
  }

  @Test
  void aPortThatIsListenedOnIsPassedOver() throws IOException {
    int port = ServicePort.find();
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(ServicePort.firstFree(IntStream.of(port, port + 1))).isEqualTo(port + 1);
      assertThatThrownBy(() -> ServicePort.firstFree(IntStream.of(port)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("every port");
      assertThat(taken.isBound()).isTrue();
    }
  }

  /** The server that comes again finds its port, whatever connections there are by then. */
  @Test
  void aServerComesAgainBesideConnections() throws IOException {
    int port = ServicePort.find();
    try (ServerSocket first = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        Socket accepted = first.accept()) {
      assertThat(client.getLocalPort()).isNotEqualTo(port);
      first.close();
      accepted.close();
      try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertThat(again.getLocalPort()).isEqualTo(port);
      }
    }
  }
}
