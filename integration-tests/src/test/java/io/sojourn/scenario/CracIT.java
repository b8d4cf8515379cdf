package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.scenario.WebApp.Framework;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Web applications, with the support for CRaC that their frameworks have, on a stock JDK. */
class CracIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final Node node = Node.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void springStopsAndStartsItsServerAroundAFreeze(Jdk jdk) throws Exception {
    assertThat(goesAndServesAgain(Framework.SPRING, jdk))
        .contains("Restarting Spring-managed lifecycle beans");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void micronautStopsAndStartsItsServerAroundAFreeze(Jdk jdk) throws Exception {
    assertThat(goesAndServesAgain(Framework.MICRONAUT, jdk)).isNotEmpty();
  }

  /** Two generations; what the application has said. */
  private static String goesAndServesAgain(Framework framework, Jdk jdk) throws Exception {
    try (WebApp app = WebApp.start(framework, node, jdk).serving()) {
      String notes = "";
      for (int generation = 0; generation < 2; generation++) {
        assertThat(app.post("/count")).isEqualTo(String.valueOf(2 * generation + 1));
        String image = app.freeze("--crac").done().image();
        // The framework has closed its server: nothing listens in the image, nor outside.
        assertThat(
                node.ckpt("inspect", image).done().json().at("/sockets").findValuesAsText("state"))
            .doesNotContain("LISTEN");
        assertThatThrownBy(() -> app.get("/notes")).isInstanceOf(IOException.class);
        app.restore().done();
        assertThat(app.post("/count")).isEqualTo(String.valueOf(2 * generation + 2));
        notes += (generation == 0 ? "" : "\n") + "before\nafter";
        assertThat(app.get("/notes")).isEqualTo(notes);
      }
      return app.output();
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void hearsNothingOfAPlainFreeze(Jdk jdk) throws Exception {
    try (WebApp app = WebApp.start(Framework.SPRING, node, jdk).serving()) {
      app.post("/count");
      String image = app.freeze().done().image();
      assertThat(node.ckpt("inspect", image).done().json().at("/sockets").findValuesAsText("state"))
          .contains("LISTEN");
      app.restore().done();
      assertThat(app.post("/count")).isEqualTo("2");
      assertThat(app.get("/notes")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void runsOnAfterACheckpoint(Jdk jdk) throws Exception {
    try (WebApp app = WebApp.start(Framework.SPRING, node, jdk).serving()) {
      app.post("/count");
      app.ckpt("checkpoint", "--crac").done();
      assertThat(app.post("/count")).isEqualTo("2");
      assertThat(app.get("/notes")).isEqualTo("before\nafter");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void asksForACheckpointItself(Jdk jdk) throws Exception {
    try (WebApp app = WebApp.start(Framework.SPRING, node, jdk).serving()) {
      app.post("/count");
      String notes = "";
      for (int generation = 0; generation < 2; generation++) {
        app.post("/checkpoint");
        await().atMost(PATIENCE).until(() -> app.state().equals("frozen"));
        app.restore().done();
        notes += (generation == 0 ? "" : "\n") + "before\nafter\nrestored";
        // The thread that has asked notes the last one, when it comes to that.
        String expected = notes;
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> assertThat(app.get("/notes")).isEqualTo(expected));
      }
      assertThat(app.post("/count")).isEqualTo("2");
    }
  }

  /** Spring's own switch: a checkpoint as soon as all beans are there, before the server starts. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void isCheckpointedBySpringBeforeItServes(Jdk jdk) throws Exception {
    try (WebApp app =
        WebApp.start(Framework.SPRING, node, jdk, "-Dspring.context.checkpoint=onRefresh")) {
      await().atMost(PATIENCE).until(() -> app.state().equals("frozen"));
      app.restore().done();
      assertThat(app.serving().post("/count")).isEqualTo("1");
      assertThat(app.output()).contains("Triggering JVM checkpoint/restore");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void aResourceThatRefusesIsNamedAndAllServeOn(Jdk jdk) throws Exception {
    try (WebApp app = WebApp.start(Framework.SPRING, node, jdk).serving()) {
      app.post("/refuse");
      app.freeze("--crac").failed("the program refused the checkpoint", "not today");
      assertThat(app.post("/count")).isEqualTo("1");
      assertThat(app.get("/notes")).isEqualTo("before\nafter");
      app.post("/checkpoint");
      // Between the callbacks there is no server.
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> app.get("/notes").contains("CheckpointException"));
      assertThat(app.get("/notes")).contains("not today");
      assertThat(app.state()).isEqualTo("running");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void whatIsClosedByACallbackIsNotInTheWay(Jdk jdk) throws Exception {
    try (WebApp app = WebApp.start(Framework.SPRING, node, jdk).serving()) {
      app.post("/open");
      app.freeze().refused("/dev/net/tun");
      app.freeze("--crac").done();
      app.restore().done();
      assertThat(app.post("/count")).isEqualTo("1");
      app.freeze().refused("/dev/net/tun");
    }
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void aResourceThatHangsIsNamedAndTheTaskRunsOn(Jdk jdk) throws Exception {
    try (WebApp app = WebApp.start(Framework.SPRING, node, jdk).serving()) {
      app.post("/hang?millis=4000");
      app.freeze("--crac", "--guard-limit=1s")
          .failed("the notes.beforeCheckpoint has not come back");
      await().atMost(PATIENCE).ignoreExceptions().until(() -> app.post("/count").equals("1"));
      app.post("/hang?millis=0");
      app.freeze("--crac").done();
      app.restore().done();
      assertThat(app.post("/count")).isEqualTo("2");
    }
  }
}
