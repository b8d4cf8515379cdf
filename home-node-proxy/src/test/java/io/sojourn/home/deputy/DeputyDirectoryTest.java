package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A daemon that starts finds the deputies that another left. */
@Timeout(60)
class DeputyDirectoryTest {
  @RegisterExtension final Stage stage = new Stage();

  @Test
  void findsNothingWhereNothingWasEver() throws IOException {
    assertThat(stage.directory().find()).isEmpty();
  }

  @Test
  void findsThoseThatLiveAndRemovesWhatDeadOnesLeft() throws Exception {
    Deputy first = stage.deputyOf(Stage.pid(stage.start("sleep", "600")));
    Deputy second = stage.deputyOf(Stage.pid(stage.start("sleep", "600")));
    Deputy stopped = stage.deputyOf(Stage.pid(stage.start("sleep", "600")));
    for (Deputy deputy : List.of(first, second, stopped)) deputy.close();
    Signals.send(second.pid(), Signals.KILL);
    await().until(() -> !second.name().lives());
    Stage.stop(stopped.pid());
    List<Deputy> found = stage.directory().find();
    found.forEach(stage::own);
    assertThat(found)
        .extracting(Deputy::name)
        .containsExactlyInAnyOrder(first.name(), stopped.name());
    assertThat(sockets()).hasSize(2);
    for (Deputy deputy : found) {
      // One of them is stopped, and does not greet.
      Heard heard = Heard.from(deputy);
      if (deputy.pid() == stopped.pid()) heard.hears("stopped");
      deputy.exit(0);
      assertThat(deputy.lives()).isFalse();
      stage.directory().forget(deputy.name());
    }
    assertThat(sockets()).isEmpty();
  }

  @Test
  void endsOneThatNobodyGotToKnow() throws Exception {
    Process shim =
        stage.start(
            stage.runtime() + "/ckpt-shim",
            "deputy",
            "--socket",
            unborn("lost").toString(),
            "--task",
            "lost",
            "--incarnation",
            "2",
            "--",
            stage.runtime() + "/ckpt-deputy");
    int pid = Integer.parseInt(Stage.said(shim).strip().split(" ")[1]);
    assertThat(ProcessHandle.of(pid)).isPresent();
    assertThat(stage.directory().find()).isEmpty();
    await().until(() -> ProcessHandle.of(pid).isEmpty());
    assertThat(sockets()).isEmpty();
  }

  private Path unborn(String task) throws IOException {
    stage.directory().create();
    return stage.directory().unborn(task);
  }

  private List<Path> sockets() throws IOException {
    try (Stream<Path> all = Files.list(stage.runtime().resolveSibling("deputies"))) {
      return all.toList();
    }
  }
}
