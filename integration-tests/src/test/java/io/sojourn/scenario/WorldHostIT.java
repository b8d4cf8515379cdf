package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.harness.Talk;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Console;
import io.sojourn.victim.Sockets;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A node's daemon ends, is killed or exchanged: its guests go on, and the next one finds them. */
@Timeout(240)
class WorldHostIT {
  @RegisterExtension static final TwoNodes nodes = new TwoNodes();

  /** Files (each question is one), connections, and who connects meanwhile. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void aGuestGoesOnWithoutADaemon(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, Sockets.class).start();
    int port = listens(task);
    List<Talk> talks = new ArrayList<>();
    try {
      talks.add(new Talk("before", connected(port)));
      nodes.out(task);
      talks.add(new Talk("away", connected(port)));
      int host = theHost();
      for (boolean killed : new boolean[] {true, false}) {
        if (killed) nodes.guest().killDaemon();
        else nodes.guest().stopDaemon();
        Talk.goOn(talks);
        talks.add(new Talk("without a daemon", connected(port)));
        Talk.goOn(talks);
        task.ask("signals");
        assertThat(ps(task).path("state").asText()).isEqualTo("running");
        nodes.startGuestDaemon();
        Talk.goOn(talks);
        assertThat(theHost()).isEqualTo(host);
      }
      nodes.back(task);
      Talk.goOn(talks);
      nodes.out(task);
      Talk.goOn(talks);
      assertThat(theHost()).as("the next guest's").isEqualTo(host);
      for (Talk talk : talks) talk.settle();
    } finally {
      for (Talk talk : talks) talk.close();
    }
  }

  /** What is a call of home waits for the next daemon. */
  @Test
  void itsTerminalGoesOnAndItsSignalsCome() throws Exception {
    Path shell = nodes.home().home().resolve("job");
    Files.writeString(shell, "set -m; \"$@\"; exec sleep 1000");
    Subject task =
        nodes.subject(Jdk.newest(), Console.class).asAJob().by("bash", shell.toString()).start();
    BufferedWriter keyboard = task.firstLife().outputWriter(StandardCharsets.UTF_8);
    nodes.out(task);
    nodes.guest().killDaemon();
    keys(keyboard, "typed\n");
    assertThat(task.ask("read")).isEqualTo("typed\n");
    keys(keyboard, "\u0003");
    nodes.home().ckpt("migrate", task.name(), "home").failed("node b");
    assertThat(task.ask("interrupted")).isEqualTo("0");
    nodes.startGuestDaemon();
    await().until(() -> task.ask("interrupted").equals("1"));
    nodes.back(task);
    keys(keyboard, "\u0003");
    await().until(() -> task.ask("interrupted").equals("2"));
    keys(keyboard, "and home\n");
    assertThat(task.ask("read")).isEqualTo("and home\n");
  }

  /** Nobody is there to hear it; who asks later is told, and its parent has its exit status. */
  @Test
  void itsEndIsToldLater() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Sockets.class).start();
    nodes.out(task);
    int there = nodes.realPid(task);
    nodes.guest().killDaemon();
    Signals.send(there, Signals.TERM);
    await().atMost(Duration.ofSeconds(30)).until(() -> !Files.exists(Path.of("/proc/" + there)));
    assertThat(task.firstLife().isAlive()).isTrue();
    nodes.startGuestDaemon();
    assertThat(task.firstLife().waitFor()).isEqualTo(143);
  }

  @Test
  void aDaemonOfAnotherBuildTakesItsOwnGuests() throws Exception {
    Subject first = nodes.subject(Jdk.newest(), Sockets.class).start();
    Subject second = nodes.subject(Jdk.newest(), Sockets.class).start();
    Talk talk = new Talk("there before", connected(listens(first)));
    Talk another = new Talk("there later", connected(listens(second)));
    try (talk;
        another) {
      nodes.out(first);
      int older = theHost();
      nodes.guest().stopDaemon();
      Files.writeString(nodes.guest().run().resolve("worlds/" + older + "/build"), "another");
      nodes.startGuestDaemon();
      nodes.out(second);
      assertThat(nodes.guest().worldHosts()).hasSize(2).contains(older);
      Talk.goOn(List.of(talk, another));
      nodes.back(first);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(nodes.guest().worldHosts()).doesNotContain(older));
      nodes.out(first);
      assertThat(nodes.guest().worldHosts()).hasSize(1);
      talk.settle();
      another.settle();
    }
  }

  @Test
  void whoHasNoGuestsEndsWithItsDaemon() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Sockets.class).start();
    nodes.out(task);
    nodes.back(task);
    theHost();
    nodes.guest().stopDaemon();
    assertThat(nodes.guest().worldHosts()).as("when the daemon has ended").isEmpty();
    nodes.startGuestDaemon();
    nodes.out(task);
    nodes.back(task);
    theHost();
    nodes.guest().killDaemon();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(nodes.guest().worldHosts()).isEmpty());
    nodes.startGuestDaemon();
  }

  /** Home has the task back; what was made there goes. */
  @Test
  void theDaemonDiesWhileATaskArrives() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Sockets.class).start();
    try (Talk talk = new Talk("at home", connected(listens(task)))) {
      try (HeldCriu criu = HeldCriu.waitingRestores(nodes.guest())) {
        Node.Running move = nodes.home().ckptInBackground("migrate", task.name(), "b");
        int waiting = criu.restored();
        nodes.guest().killDaemon();
        nodes.home().await(move).failed("node b");
        Talk.goOn(List.of(talk));
        assertThat(Proc.command(task.pid())).isEqualTo("java");
        criu.noMore();
        Signals.send(waiting, Signals.KILL);
      }
      nodes.startGuestDaemon();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(nodes.guest().memory()).isEmptyDirectory());
      nodes.out(task);
      Talk.goOn(List.of(talk));
      talk.settle();
    }
  }

  /** It runs on there. */
  @Test
  void theDaemonDiesWhileATaskDeparts() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Sockets.class).start();
    try (HeldCriu criu = HeldCriu.stoppingDumps(nodes.guest());
        Talk talk = new Talk("away", connected(listens(task)))) {
      nodes.out(task);
      Talk.goOn(List.of(talk));
      Node.Running move = nodes.home().ckptInBackground("migrate", task.name(), "home");
      List<Integer> dump = criu.stopped();
      nodes.guest().killDaemon();
      nodes.home().await(move).failed("the task runs on there, on node b");
      criu.noMore();
      criu.goOn(dump);
      Talk.goOn(List.of(talk));
      nodes.startGuestDaemon();
      nodes.back(task);
      Talk.goOn(List.of(talk));
      talk.settle();
    }
  }

  /** The one process that guests live in. */
  private static int theHost() throws IOException {
    List<Integer> hosts = nodes.guest().worldHosts();
    assertThat(hosts).hasSize(1);
    return hosts.get(0);
  }

  private static int listens(Subject task) {
    return Integer.parseInt(task.ask("listen any any"));
  }

  private static Socket connected(int port) throws IOException {
    return nodes.atPeers(() -> new Socket(nodes.homeAddress(), port));
  }

  private static void keys(BufferedWriter keyboard, String keys) throws IOException {
    keyboard.write(keys);
    keyboard.flush();
  }

  private static JsonNode ps(Subject task) {
    return nodes.home().ckpt("ps", task.name()).done().json().at("/tasks/0");
  }
}
