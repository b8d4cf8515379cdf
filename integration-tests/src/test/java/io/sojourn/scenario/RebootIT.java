package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Clock;
import io.sojourn.victim.Streams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a reboot takes away, taken away one by one: the boot's id, what was in the run directory,
 * the processes that hold a frozen task's pipes, the clock that counts from the boot.
 */
class RebootIT {
  @RegisterExtension static final Node node = new Node();

  /** A machine that has been up for 100 days longer than this one. */
  private static final String[] LONG_AGO = {
    "unshare", "--time", "--monotonic=8640000", "--boottime=8640000"
  };

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void tasksGoOnAndStrangersPipesAreLeftAlone(Jdk jdk) throws Exception {
    Subject clock = node.subject(jdk, Clock.class).by(LONG_AGO).start();
    Subject piped = node.subject(jdk, Streams.class).inPipe().start();
    piped.ask("before");
    piped.reads("piped", "out before");
    clock.ask("watch");
    clock.freeze().done();
    piped.freeze().done();
    reboot();

    clock.restore().done();
    String[] passed = clock.ask("watch").split(" ");
    assertThat(Long.parseLong(passed[0]))
        .as("milliseconds of nanoTime, against the wall clock's")
        .isBetween(0L, Long.parseLong(passed[1]));
    clock.anotherLife();
    clock.ask("watch");

    // Another boot's pipes may have the same numbers, as these still have.
    piped.restore().refused("the pipe", piped.name(), "--streams-may-be-lost");
    assertThat(piped.lives()).isFalse();
    piped.restore("--streams-may-be-lost").done();
    piped.ask("after");
    assertThat(piped.read("piped")).contains("out before").doesNotContain("after");
  }

  /** What is started next is to live where the daemon lives. */
  @AfterEach
  void backToThisBoot() throws Exception {
    node.killDaemon();
    node.startDaemon();
  }

  private static void reboot() throws Exception {
    node.killDaemon();
    for (Path note : files(node.run().resolve("holders")))
      Signals.send(Integer.parseInt(Files.readString(note).split(" ")[0]), Signals.KILL);
    try (Stream<Path> all = Files.walk(node.run())) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
    }
    Path boot = node.home().resolve("boot");
    Files.writeString(boot, UUID.randomUUID() + "\n");
    String other = "mount --bind " + boot + " /proc/sys/kernel/random/boot_id && exec \"$@\"";
    node.startDaemon("unshare", "--mount", "sh", "-c", other, "sh");
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }
}
