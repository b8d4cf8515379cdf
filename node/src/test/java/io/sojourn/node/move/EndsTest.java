package io.sojourn.node.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.protocol.move.TaskLife;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EndsTest {
  private static final TaskLife LIFE =
      TaskLife.newBuilder().setTask("0a1b2c3d4e5f").setIncarnation(2).build();

  private final AtomicLong now = new AtomicLong();
  private final Ends ends = new Ends(now::get);

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void onlyItsHomeIsTold() {
    ends.note(LIFE, "a", "exited 3");
    assertThat(ends.of(LIFE, "a")).contains("exited 3");
    assertThat(ends.of(LIFE, "b")).isEmpty();
  }

  @Test
  void whatNobodyWasToldIsWaitedWithForAWhile() {
    assertThat(ends.untold()).isFalse();
    ends.note(LIFE, "a", "exited 3");
    pass(Duration.ofMinutes(9));
    assertThat(ends.untold()).isTrue();
    pass(Duration.ofMinutes(2));
    assertThat(ends.untold()).isFalse();
    assertThat(ends.of(LIFE, "a")).contains("exited 3");
  }

  /** The answer may have been lost with the daemon that it went through. */
  @Test
  void whatWasToldMayBeAskedForAgain() {
    ends.note(LIFE, "a", "exited 3");
    ends.told(LIFE);
    assertThat(ends.untold()).isFalse();
    pass(Duration.ofSeconds(20));
    assertThat(ends.askedFor()).isTrue();
    pass(Duration.ofSeconds(20));
    assertThat(ends.askedFor()).isFalse();
  }
}
