package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Patience;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A link is cut for longer than a task wants to wait for its home. */
@Timeout(180)
class HomeLostIT {
  @RegisterExtension static final TwoNodes nodes = new TwoNodes();

  @Test
  void callsFailAndWorkAgainWhenHomeIsBack() throws Exception {
    try (ServerSocket server = server()) {
      Subject task = task("", server);
      Socket peer = server.accept();
      nodes.home().ckpt("migrate", task.name(), "b", "--home-lost=fail:2s").done();
      goesOn(task, peer);
      nodes.cut();
      // It asks for nothing; what it sees while it is cut off it tells afterwards.
      Thread.sleep(25_000);
      nodes.heal();
      String seen = task.ask("seen");
      // The kernel tells it to one of the two threads: to who asks first.
      assertThat(seen).contains("kept (Input/output error)", ": Connection reset");
      assertThat(task.ask("begin anew")).isEqualTo("file and connection");
      goesOn(task, server.accept());
      nodes.back(task);
    }
  }

  @Test
  void itsAgentSaysSo() throws Exception {
    try (ServerSocket server = server()) {
      Subject task = task("homeLost=fail:1s", server);
      server.accept();
      nodes.out(task);
      nodes.cut();
      Thread.sleep(20_000);
      nodes.heal();
      assertThat(task.ask("seen")).contains("kept (Input/output error)", "Connection reset");
    }
  }

  @Test
  void byDefaultTheyWait() throws Exception {
    try (ServerSocket server = server()) {
      Subject task = task("", server);
      Socket peer = server.accept();
      nodes.out(task);
      nodes.cut();
      Thread.sleep(10_000);
      nodes.heal();
      goesOn(task, peer);
      assertThat(task.ask("seen")).isEmpty();
      nodes.back(task);
    }
  }

  private static void goesOn(Subject task, Socket peer) throws Exception {
    peer.getOutputStream().write(7);
    for (int count = 0; count < 5; count++) assertThat(peer.getInputStream().read()).isEqualTo(1);
    assertThat(task.ask("heard")).isNotEqualTo("0");
  }

  private static Subject task(String agent, ServerSocket server) {
    Subject.Builder builder = nodes.subject(Jdk.newest(), Patience.class);
    if (!agent.isEmpty()) builder.agent(agent);
    return builder.start(nodes.peerAddress(), "" + server.getLocalPort());
  }

  private static ServerSocket server() throws Exception {
    return nodes.atPeers(() -> new ServerSocket(0, 9, InetAddress.getByName("0.0.0.0")));
  }
}
