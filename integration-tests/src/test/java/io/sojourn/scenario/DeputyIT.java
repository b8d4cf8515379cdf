package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Home;
import io.sojourn.harness.Jdk;
import io.sojourn.home.deputy.Deputy;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A JVM in a shell's foreground, dumped by CRIU, leaves its deputy; and comes home beside it. */
@Timeout(120)
class DeputyIT {
  private static final int INT = 2;

  @RegisterExtension final Home home = new Home();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whatIsFrozenLeavesItsDeputy(Jdk jdk) throws Exception {
    home.start(jdk);
    try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), home.port())) {
      echoes(peer, "before");
      Map<Integer, String> before = descriptors();
      Deputy deputy = home.freeze();
      assertThat(Proc.command(home.pid())).isEqualTo("ckpt-deputy");
      assertThat(descriptorsOf(deputy)).isEqualTo(before);
      assertThat(home.seen()).doesNotContain("Stopped");
      deputy.descriptors().endRepair();
      peer.getOutputStream().write("kept".getBytes(StandardCharsets.US_ASCII));
      InternetSocket connection = connection(deputy).getValue();
      await()
          .untilAsserted(
              () -> assertThat(connection(deputy).getValue().receiveQueue()).isEqualTo(4));
      assertThat(connection.state()).isEqualTo("ESTABLISHED");
      assertThat(silent(peer)).isTrue();
      home.type("\003");
      home.hears(INT);
      deputy.die(INT);
      home.type("echo status $?\n");
      home.sees("status 130");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void whatComesHomeRunsBesideItsDeputy(Jdk jdk) throws Exception {
    home.start(jdk);
    try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), home.port())) {
      echoes(peer, "before");
      Map<Integer, String> before = descriptors();
      Deputy deputy = home.freeze();
      home.type("typed while frozen\n");
      for (int number : deputy.descriptors().sockets().keySet())
        deputy.descriptors().closeSilently(number);
      int pid = home.restoreBeside();
      assertThat(silent(peer)).isTrue();
      assertThat(pid).isNotEqualTo(home.pid());
      assertThat(Proc.innermostPid(pid)).isEqualTo(home.pid());
      assertThat(Proc.namespace(pid, "net")).isEqualTo(Proc.namespace(deputy.pid(), "net"));
      home.sees("read typed while frozen");
      echoes(peer, "after");
      home.type("typed at home\n");
      home.sees("read typed at home");
      // The same sockets in the kernel's own table: no relay.
      assertThat(InternetSocket.inNamespaceOf(pid).values())
          .anyMatch(
              socket ->
                  socket.state().equals("ESTABLISHED")
                      && socket.remote().equals("127.0.0.1:" + peer.getLocalPort()));
      assertThat(withoutSockets(descriptorsOfProcess(pid))).isEqualTo(withoutSockets(before));
      assertThat(Proc.command(home.pid())).isEqualTo("ckpt-deputy");
      peer.shutdownOutput();
      home.sees("the peer has closed");
      home.type("exit 3\n");
      home.sees("read exit 3");
      await().until(() -> !Proc.exists(pid) || Proc.state(pid) == 'Z');
      assertThat(home.endOfRestored()).isEqualTo("exited 3");
      deputy.exit(3);
      home.type("echo status $?\n");
      home.sees("status 3");
    }
  }

  private static void echoes(Socket peer, String text) throws Exception {
    peer.setSoTimeout(20_000);
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    peer.getOutputStream().write(bytes);
    assertThat(peer.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
  }

  /** Whether the peer hears neither a byte nor an end. */
  private static boolean silent(Socket peer) throws Exception {
    peer.setSoTimeout(200);
    assertThatThrownBy(() -> peer.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    return true;
  }

  private static Map.Entry<Integer, InternetSocket> connection(Deputy deputy) {
    return deputy.descriptors().sockets().entrySet().stream()
        .filter(socket -> !socket.getValue().listening())
        .findFirst()
        .orElseThrow();
  }

  private Map<Integer, String> descriptors() {
    return descriptorsOfProcess(home.pid());
  }

  private static Map<Integer, String> descriptorsOfProcess(int pid) {
    return targets(Descriptor.of(pid));
  }

  private static Map<Integer, String> descriptorsOf(Deputy deputy) {
    return targets(deputy.descriptors().all());
  }

  private static Map<Integer, String> targets(List<Descriptor> descriptors) {
    Map<Integer, String> all = new TreeMap<>();
    for (Descriptor held : descriptors)
      // The VM looks at any time how much memory its control group has, and closes that again.
      if (!held.target().startsWith("/sys/fs/cgroup/")) all.put(held.number(), held.target());
    return all;
  }

  private static Map<Integer, String> withoutSockets(Map<Integer, String> descriptors) {
    return descriptors.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, entry -> entry.getValue().replaceFirst("^socket:.*", "socket")));
  }
}
