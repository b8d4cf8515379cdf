package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Clock;
import io.sojourn.victim.Threads;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads in every way to wait, and the clocks by which they do. */
class ThreadsIT {
  @RegisterExtension static final Node node = Node.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void allGoOn(Jdk jdk) {
    Subject subject = node.subject(jdk, Threads.class).start();
    int counted = 503 + (jdk.feature() >= 21 ? 10_000 : 0);
    subject.twoGenerations(() -> check(subject, counted));
  }

  private static void check(Subject subject, int counted) {
    assertThat(subject.ask("check")).isEqualTo("all " + counted);
  }

  /**
   * System.nanoTime goes on where it was: it does not count the time in the image, and never goes
   * back. So a sleep takes as long as it was told to, less what it had slept before, and a timeout
   * does not run out because of a freeze. The wall clock shows the time that it is.
   */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void nanoTimeStandsStillInTheImage(Jdk jdk) throws InterruptedException {
    Subject subject = node.subject(jdk, Clock.class).start();
    for (int generation = 0; generation < 2; generation++) {
      subject.ask("watch");
      subject.ask("sleep 2000");
      subject.freeze().done();
      Thread.sleep(2500);
      subject.restore().done();
      String[] passed = subject.ask("watch").split(" ");
      assertThat(Long.parseLong(passed[0]))
          .as("milliseconds of nanoTime, against the wall clock's")
          .isBetween(0L, Long.parseLong(passed[1]) - 2500);
      await().until(() -> !subject.ask("slept").equals("not yet"));
      // Without a processor it wakes late, and others of the machine stand still as long.
      long gap = Long.parseLong(subject.ask("gap"));
      assertThat(Long.parseLong(subject.ask("slept"))).isBetween(2000L, 2500L + gap);
    }
  }
}
