package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Streams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** JVMs that start in other pid namespaces let the counters of a task be, wherever it is. */
@Timeout(120)
class CountersIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void stay(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, Streams.class).start().keepHome();
    stay(jdk, task);
    nodes.out(task);
    stay(jdk, task);
    nodes.anotherDaemon(Duration.ZERO);
    stay(jdk, task);
    nodes.back(task);
    stay(jdk, task);
    String image = task.freeze().done().image();
    task.restore().done();
    nodes.home().ckpt("rm", image).done();
    stay(jdk, task);
    nodes.out(task);
    stay(jdk, task);
  }

  @Test
  void stayInTheMiddleOfARestore() throws Exception {
    Subject task = nodes.subject(Jdk.newest(), Streams.class).start().keepHome();
    String image = task.freeze().done().image();
    try (HeldCriu criu = HeldCriu.startingAJvm(nodes.home(), Jdk.newest())) {
      task.restore().done();
    }
    nodes.home().ckpt("rm", image).done();
    stay(Jdk.newest(), task);
  }

  private static void stay(Jdk jdk, Subject task) throws Exception {
    Path counters = Path.of("/tmp/hsperfdata_root/" + task.pid());
    // Its deputy may be taking them over.
    await()
        .untilAsserted(
            () -> assertThat(run("flock", "-n", "" + counters, "true")).as("locked").isOne());
    assertThat(run("unshare", "-pf", "--mount-proc", jdk.tool("java"), "-version")).isZero();
    assertThat(Files.exists(counters)).isTrue();
    assertThat(task.ask("here")).isEqualTo("here");
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
