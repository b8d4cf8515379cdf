package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

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
  @RegisterExtension static final Node node = new Node();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void allGoOn(Jdk jdk) {
    Subject subject = node.subject(jdk, Threads.class).start();
    int counted = 503 + (jdk.feature() >= 21 ? 10_000 : 0);
    check(subject, counted);
    for (int generation = 0; generation < 2; generation++) {
      subject.freeze().done();
      subject.restore().done();
      check(subject, counted);
    }
  }

  private static void check(Subject subject, int counted) {
    assertThat(subject.ask("check")).isEqualTo("all " + counted);
  }

  /**
   * On the node where it was frozen, System.nanoTime goes on as if the task had slept: it counts
   * the time in the image, and never goes back. So a sleep that would have ended meanwhile ends at
   * once, and a longer one takes as long as it was told to.
   */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void nanoTimeCountsTheTimeInTheImage(Jdk jdk) throws InterruptedException {
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
          .isCloseTo(Long.parseLong(passed[1]), org.assertj.core.data.Offset.offset(100L))
          .isGreaterThan(2500);
      assertThat(subject.ask("slept")).as("a sleep that is over").isNotEqualTo("not yet");
    }
  }
}
