package io.sojourn.restore.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.home.net.HomeInterfaces;
import java.net.NetworkInterface;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A guest world wears the network of the machine that this test runs on. */
class GuestNetworkTest {
  @Test
  void namesAndAddressesAreHomes() throws Exception {
    try (NetworkNamespace world = NetworkNamespace.make();
        GuestNetwork network = GuestNetwork.prepare(world, HomeInterfaces.read())) {
      network.open();
      String seen = world.run("", List.of("ip", "-o", "addr"));
      for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
        if (!one.isUp()) continue;
        assertThat(seen).contains(" " + one.getName() + " ");
        one.inetAddresses()
            .filter(address -> !address.isLinkLocalAddress())
            .forEach(
                address ->
                    assertThat(seen)
                        .containsIgnoringCase(
                            address
                                .getHostAddress()
                                .split("%")[0]
                                .replaceAll("(?:^|:)0(?::0)+:", "::")));
      }
    }
  }

  /** What a path has been like while a task stood still is nothing to go by. */
  @Test
  void nothingPacesThere() throws Exception {
    try (NetworkNamespace world = NetworkNamespace.make();
        GuestNetwork network = GuestNetwork.prepare(world, HomeInterfaces.read())) {
      network.open();
      assertThat(network.namespace().run("", List.of("sysctl", "net.ipv4.tcp_congestion_control")))
          .contains("reno");
    }
  }
}
