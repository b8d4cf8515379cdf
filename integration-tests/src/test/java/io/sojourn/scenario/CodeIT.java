package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Compiling;
import io.sojourn.victim.Critical;
import io.sojourn.victim.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The VM at work with code, and asked about itself. */
class CodeIT {
  @RegisterExtension static final Node node = Node.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void classesAreLoadedAndCompiled(Jdk jdk) {
    goesOn(node.subject(jdk, Compiling.class).start());
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void criticalSectionsHoldArrays(Jdk jdk) {
    goesOn(node.subject(jdk, Critical.class).start());
  }

  private static void goesOn(Subject subject) {
    AtomicLong last = new AtomicLong();
    subject.twoGenerations(
        () -> {
          long now = Long.parseLong(subject.ask("check"));
          assertThat(now).isGreaterThan(last.getAndSet(now));
        });
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void toolsAreAnswered(Jdk jdk) throws Exception {
    Subject subject = node.subject(jdk, Ending.class).start();
    threadDumps(jdk, subject);
    for (int generation = 0; generation < 2; generation++) {
      subject.freeze().done();
      subject.restore().done();
      threadDumps(jdk, subject);
    }
  }

  private static void threadDumps(Jdk jdk, Subject subject) throws Exception {
    String pid = String.valueOf(subject.pid());
    assertThat(tool(jdk, "jstack", pid)).contains("io.sojourn.victim.Control.serve");
    assertThat(tool(jdk, "jcmd", pid, "Thread.print")).contains("io.sojourn.victim.Control.serve");
    assertThat(tool(jdk, "jcmd", pid, "GC.heap_info")).contains("used");
    assertThat(tool(jdk, "jcmd", "-l")).contains(pid + " " + Ending.class.getName());
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aFlightRecordingGoesOn(Jdk jdk) throws Exception {
    Subject subject =
        node.subject(jdk, Ending.class)
            .with(
                "-XX:StartFlightRecording=name=it,settings=profile",
                "-XX:FlightRecorderOptions=repository=recordings",
                "-Xlog:jfr*=off")
            .start();
    int before = events(jdk, subject, "first");
    assertThat(before).isPositive();
    for (int generation = 0; generation < 2; generation++) {
      // Its files grow and change all the time: what they hold is compared, not how far they are.
      subject.freeze().done();
      subject.restore().done();
      // The dump of a recording that had stopped would hold what the last one held.
      int now = events(jdk, subject, "life-" + generation);
      assertThat(now).isGreaterThan(before);
      before = now;
    }
  }

  /** How many the recording holds: from its beginning, whichever life that was in. */
  private static int events(Jdk jdk, Subject subject, String name) throws Exception {
    Path recording = subject.home().resolve(name + ".jfr");
    tool(
        jdk, "jcmd", String.valueOf(subject.pid()), "JFR.dump", "name=it", "filename=" + recording);
    return RecordingFile.readAllEvents(recording).size();
  }

  private static String tool(Jdk jdk, String name, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(List.of(jdk.tool(name)));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
    return said;
  }
}
