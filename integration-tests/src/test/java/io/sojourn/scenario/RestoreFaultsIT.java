package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Echoes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Restores that are cut short: nothing is left of them, and the image is as it was. */
class RestoreFaultsIT {
  @RegisterExtension static final Node node = new Node();

  /** How far CRIU is when it is met. */
  enum Moment {
    STARTS,
    HAS_MADE_PROCESSES;

    HeldCriu held() throws Exception {
      return this == STARTS ? HeldCriu.waitingBeforeRestores(node) : HeldCriu.waitingRestores(node);
    }
  }

  @ParameterizedTest
  @CsvSource({"STARTS,", "HAS_MADE_PROCESSES,", "STARTS,--clone", "HAS_MADE_PROCESSES,--clone"})
  void criuStandsStill(Moment moment, String option) throws Exception {
    Subject subject = node.subject(Jdk.newest(), Echoes.class).start();
    try (Socket peer = connect(subject)) {
      String image = subject.freeze().done().image();
      List<String> words = new ArrayList<>(List.of("restore", image, "--limit=5s"));
      if (option != null) words.add(option);
      try (HeldCriu held = moment.held()) {
        Node.Running restore = node.ckptInBackground(words.toArray(String[]::new));
        int criu = held.restoring();
        Signals.send(criu, Signals.STOP);
        await().until(() -> Proc.state(criu) == 'T');
        long from = System.nanoTime();
        node.await(restore).failed(subject.name(), "5 s", "CRIU stood still", "--limit");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(20));
        assertThat(Proc.exists(criu)).isFalse();
      }
      goesOnFromItsImage(subject, image, peer);
    }
  }

  @ParameterizedTest
  @EnumSource
  void criuIsKilled(Moment moment) throws Exception {
    Subject subject = node.subject(Jdk.newest(), Echoes.class).start();
    try (Socket peer = connect(subject)) {
      String image = subject.freeze().done().image();
      try (HeldCriu held = moment.held()) {
        Node.Running restore = node.ckptInBackground("restore", image);
        Signals.send(held.restoring(), Signals.KILL);
        node.await(restore).failed(subject.name(), "killed by signal 9");
      }
      goesOnFromItsImage(subject, image, peer);
    }
  }

  private static void goesOnFromItsImage(Subject subject, String image, Socket peer)
      throws IOException {
    assertThat(subject.lives()).isFalse();
    node.ckpt("verify", image).done();
    subject.restore().done();
    echo(peer, "after all");
    assertThat(subject.ask("failure")).isEqualTo("null");
  }

  private static Socket connect(Subject subject) throws IOException {
    int port = Integer.parseInt(subject.ask("selector"));
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
