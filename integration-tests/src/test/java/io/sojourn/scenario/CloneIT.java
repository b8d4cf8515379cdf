package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Echoes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Second tasks of an image, beside the first. They have its files, its directory too: as long as
 * both live, the first is asked nothing that the clone would answer.
 */
class CloneIT {
  @RegisterExtension static final Node node = Node.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void livesBesideTheFirst(Jdk jdk) throws Exception {
    Subject first = node.subject(jdk, Echoes.class).start();
    int port = Integer.parseInt(first.ask("blocking"));
    try (Socket peer = connect(port)) {
      Answer image = node.ckpt("checkpoint", first.name()).done();
      try (Clone clone = Clone.of(node, image.image())) {
        assertThat(clone.id()).isNotEqualTo(image.json().path("taskId").asText());
        assertThat(clone.name()).isEqualTo(first.name() + "-clone");
        assertThat(state(clone.id())).isEqualTo("running");
        assertThat(state(first.name())).isEqualTo("running");
        assertThat(clone.echo(port, "to the clone")).isEqualTo("to the clone");
        echo(peer, "to the first");
        assertThat(clone.endsBySigterm()).isEqualTo("exited 143");
        node.ckpt("ps", clone.id()).notFound(clone.id());
      }
      echo(peer, "after the clone");
      first.anotherLife();
      echo(peer, "in another life");
      assertThat(first.ask("failure")).isEqualTo("null");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void isMadeOfAFrozenTaskWhichComesBackLater(Jdk jdk) throws Exception {
    Subject first = node.subject(jdk, Echoes.class).start();
    int port = Integer.parseInt(first.ask("selector"));
    try (Socket peer = connect(port)) {
      Answer image = first.freeze().done();
      try (Clone one = Clone.of(node, image.image());
          Clone other = Clone.of(node, image.image())) {
        assertThat(one.id()).isNotEqualTo(other.id());
        assertThat(one.echo(port, "to the one")).isEqualTo("to the one");
        assertThat(other.echo(port, "to the other")).isEqualTo("to the other");
        assertThat(state(first.name())).isEqualTo("frozen");
        first.restore().done();
        echo(peer, "to the first");
        assertThat(one.echo(port, "to the one")).isEqualTo("to the one");
        assertThat(one.endsBySigterm()).isEqualTo("exited 143");
        assertThat(other.echo(port, "to the other")).isEqualTo("to the other");
        assertThat(other.endsBySigterm()).isEqualTo("exited 143");
      }
      first.anotherLife();
      echo(peer, "in another life");
      assertThat(first.ask("failure")).isEqualTo("null");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void isNotPutIntoAnImage(Jdk jdk) throws Exception {
    Subject first = node.subject(jdk, Echoes.class).start();
    int port = Integer.parseInt(first.ask("selector"));
    Answer image = node.ckpt("checkpoint", first.name()).done();
    try (Clone clone = Clone.of(node, image.image())) {
      for (String verb : new String[] {"freeze", "checkpoint"})
        node.ckpt(verb, clone.id()).refused("is a clone", "kill " + clone.pid());
      node.ckpt("freeze", clone.id(), "--crac").refused("is a clone");
      assertThat(clone.echo(port, "still here")).isEqualTo("still here");
      assertThat(state(clone.id())).isEqualTo("running");
      assertThat(clone.endsBySigterm()).isEqualTo("exited 143");
    }
  }

  private static String state(String task) {
    return node.ckpt("ps", task).done().json().at("/tasks/0/state").asText();
  }

  private static Socket connect(int port) throws IOException {
    Socket peer = new Socket(InetAddress.getLoopbackAddress(), port);
    peer.setSoTimeout(20_000);
    echo(peer, "hello");
    return peer;
  }

  private static void echo(Socket peer, String text) throws IOException {
    peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    assertThat(peer.getInputStream().readNBytes(text.length()))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(text);
  }
}
