package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.FifoEnds;
import io.sojourn.victim.Streams;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is at the other end of a task's pipe sees at once that the task has closed it. */
@Timeout(120)
class PipeEndsIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  private static final String SCRIPT =
      """
      { (while echo x; do sleep 0.05; done); echo gone > writer-gone; } |
      "$@" | { cat > piped; echo gone > reader-gone; }
      """;

  private static Subject start() {
    return nodes.subject(Jdk.newest(), Streams.class).by("sh", "-c", SCRIPT, "sh").start();
  }

  private static void closes(Subject task) {
    for (String name : List.of("writer-gone", "reader-gone"))
      assertThat(task.home().resolve(name)).doesNotExist();
    task.ask("close stdout");
    await().until(() -> Files.exists(task.home().resolve("reader-gone")));
    task.ask("close stdin");
    await().until(() -> Files.exists(task.home().resolve("writer-gone")));
  }

  @Test
  void whileItIsAway() {
    Subject task = start();
    nodes.out(task);
    closes(task);
    nodes.back(task);
    assertThat(task.ask("home")).isEqualTo("home");
    nodes.out(task);
    assertThat(task.ask("away")).isEqualTo("away");
  }

  @Test
  void whenItIsHomeAgain() {
    Subject task = start();
    for (int round = 0; round < 2; round++) {
      nodes.out(task);
      nodes.back(task);
    }
    closes(task);
    nodes.out(task);
    assertThat(task.ask("away")).isEqualTo("away");
  }

  @Test
  void afterAFreeze() {
    Subject task = start().keepHome();
    for (int round = 0; round < 2; round++) {
      String image = task.freeze().done().image();
      task.restore().done();
      nodes.home().ckpt("rm", image).done();
    }
    nodes.out(task);
    nodes.back(task);
    closes(task);
  }

  /** What was written before is there when the task reads it, wherever that is. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoeverWroteMayHaveEnded(boolean daemonDies) throws Exception {
    Subject task =
        nodes
            .subject(Jdk.newest(), FifoEnds.class)
            .by("sh", "-c", "{ printf 'one\\ntwo\\n'; } | \"$@\"", "sh")
            .start();
    for (int round = 0; round < 2; round++) {
      nodes.out(task);
      // The end is there by then, or is not: both are to work.
      Thread.sleep(300);
      if (daemonDies) nodes.anotherDaemon(Duration.ZERO);
      nodes.back(task);
    }
    assertThat(task.ask("stdin")).isEqualTo("one two ");
  }

  /** Home's daemon did not see it come home. */
  @Test
  void whateverDaemonHasSeenItComeHome() throws Exception {
    Subject task = start();
    nodes.out(task);
    nodes.back(task);
    nodes.anotherDaemon(Duration.ZERO);
    nodes.out(task);
    nodes.back(task);
    closes(task);
  }
}
