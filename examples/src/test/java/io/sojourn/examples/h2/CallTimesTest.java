package io.sojourn.examples.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CallTimesTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final CallTimes times =
      new CallTimes(new PrintStream(out, true, StandardCharsets.UTF_8), 30);

  @Test
  void keepsTheLongestAndPrintsTheSlow() throws Exception {
    assertThat(times.<Integer>time("quick", () -> 7)).isEqualTo(7);
    times.timeAction("slow", () -> pass(60));
    times.timeAction("quick again", () -> pass(2));
    assertThat(times.longest()).isEqualTo("slow");
    assertThat(times.longestMillis()).isGreaterThanOrEqualTo(60);
    assertThat(out.toString(StandardCharsets.UTF_8)).containsPattern("call of \\d+ ms: slow\n");
  }

  @Test
  void aFailedCallTookItsTimeToo() {
    assertThatThrownBy(() -> times.timeAction("failed", CallTimesTest::failLate))
        .isInstanceOf(SQLException.class);
    assertThat(times.longest()).isEqualTo("failed");
  }

  private static void failLate() throws SQLException {
    pass(10);
    throw new SQLException("as expected");
  }

  private static void pass(long millis) {
    Awaitility.await().pollDelay(millis, TimeUnit.MILLISECONDS).until(() -> true);
  }
}
