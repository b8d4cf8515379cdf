package io.sojourn.examples.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.examples.Run;
import org.junit.jupiter.api.Test;

class ChurnTest {
  private static final String[] SOME = {"--live", "4", "--total", "20", "--threads", "2"};

  @Test
  void theSameWorkHasTheSameChecksum() {
    Run run = Run.of(new Churn(), SOME);
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("\"damagedBlocks\":0");
    assertThat(withoutTime(Run.of(new Churn(), SOME))).isEqualTo(withoutTime(run));
  }

  @Test
  void keepsToItsRate() {
    Run run = Run.of(new Churn(), "--live", "1", "--total", "30", "--rate", "100");
    double millis =
        Double.parseDouble(run.out().replaceAll(".*elapsedMillis\":([0-9.]+).*\n", "$1"));
    // Its part of the last slice it need not wait for.
    assertThat(millis).isGreaterThan(200);
  }

  private static String withoutTime(Run run) {
    return run.out().replaceAll("elapsedMillis.*", "");
  }
}
