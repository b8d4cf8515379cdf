package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OrphansTest {
  private long now = 7;
  private final Orphans orphans = new Orphans(() -> now);

  private void pass(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void anInitMayTakeItsTime() throws Exception {
    try (CarelessParent init = new CarelessParent()) {
      orphans.ended(Orphans.Id.of(init.endedChild()));
      pass(29);
      assertThat(orphans.stay()).isFalse();
      pass(2);
      assertThat(orphans.stay()).isTrue();
    }
  }

  @Test
  void whatIsCollectedLateIsCollected() throws Exception {
    try (CarelessParent init = new CarelessParent()) {
      int pid = init.endedChild();
      orphans.ended(Orphans.Id.of(pid));
      pass(31);
      init.close();
      assertThat(EndedProcess.awaitCollected(pid, Duration.ofSeconds(20))).isTrue();
      assertThat(orphans.stay()).isFalse();
    }
  }

  @Test
  void theEndsOfOthersMakeNothingYoung() throws Exception {
    try (CarelessParent init = new CarelessParent();
        CarelessParent same = new CarelessParent()) {
      orphans.ended(Orphans.Id.of(init.endedChild()));
      pass(20);
      orphans.ended(Orphans.Id.of(same.endedChild()));
      pass(20);
      assertThat(orphans.stay()).isTrue();
    }
  }

  @Test
  void anotherProcessWithTheNumberIsNotIt() throws Exception {
    try (CarelessParent init = new CarelessParent()) {
      int pid = init.endedChild();
      orphans.ended(new Orphans.Id(pid, Proc.startTicks(pid) - 1));
      pass(31);
      assertThat(orphans.stay()).isFalse();
    }
  }
}
