package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Patience;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A link is cut for longer than a task wants to wait for its home. */
@Timeout(180)
class HomeLostIT {
  @RegisterExtension static final TwoNodes nodes = new TwoNodes();

  @Test
  void eachTaskFailsOrWaitsAsItWantsTo() throws Exception {
    try (ServerSocket server = server()) {
      Subject byCommand = task("", server);
      Socket itsPeer = server.accept();
      Subject byAgent = task("homeLost=fail:1s", server);
      Socket agentsPeer = server.accept();
      Subject byDefault = task("", server);
      Socket otherPeer = server.accept();
      nodes.home().ckpt("migrate", byCommand.name(), "b", "--home-lost=fail:2s").done();
      nodes.out(byAgent);
      nodes.out(byDefault);
      goesOn(byCommand, itsPeer);
      goesOn(byAgent, agentsPeer);
      nodes.cut();
      // They ask for nothing; what they see while they are cut off they tell afterwards.
      Thread.sleep(25_000);
      nodes.heal();
      // The kernel tells it to one of the two threads: to who asks first.
      for (Subject gaveUp : new Subject[] {byCommand, byAgent})
        assertThat(gaveUp.ask("seen"))
            .contains("names: made: Input/output error", ": Connection reset")
            // It is told with the file's name where the road was cut before it was opened.
            .containsPattern("file: (kept \\()?Input/output error");
      goesOn(byDefault, otherPeer);
      assertThat(byDefault.ask("seen")).isEmpty();
      assertThat(byCommand.ask("begin anew")).isEqualTo("file and connection");
      goesOn(byCommand, server.accept());
      nodes.back(byCommand);
      nodes.back(byDefault);
      // One that nobody has any more would be closed before, and its task would see that.
      for (Socket peer : List.of(itsPeer, agentsPeer, otherPeer)) peer.close();
    }
  }

  /** In both directions: what the task has sent meanwhile may wait at the peer, its echo cannot. */
  private static void goesOn(Subject task, Socket peer) throws Exception {
    peer.setSoTimeout(30_000);
    peer.getOutputStream().write(7);
    int read = peer.getInputStream().read();
    while (read == 1) read = peer.getInputStream().read();
    assertThat(read).describedAs("what %s answers", task.name()).isEqualTo(7);
    for (int count = 0; count < 5; count++) assertThat(peer.getInputStream().read()).isEqualTo(1);
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
