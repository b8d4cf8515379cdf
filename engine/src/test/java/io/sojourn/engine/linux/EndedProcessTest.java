package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EndedProcessTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void isThereUntilItsParentHasCollectedIt() throws Exception {
    try (CarelessParent parent = new CarelessParent()) {
      int zombie = parent.endedChild();
      assertThat(EndedProcess.awaitCollected(zombie, Duration.ofMillis(200))).isFalse();
      assertThat(Proc.state(zombie)).isEqualTo('Z');
    }
  }

  @Test
  void isGoneWhenItsParentIs() throws Exception {
    try (CarelessParent parent = new CarelessParent()) {
      int zombie = parent.endedChild();
      Thread killer = new Thread(parent::close);
      killer.start();
      assertThat(EndedProcess.awaitCollected(zombie, LONG)).isTrue();
      assertThat(Proc.exists(zombie)).isFalse();
      killer.join();
    }
  }

  @Test
  void oneThatNeverWasIsNotWaitedFor() {
    assertThat(EndedProcess.awaitCollected(1 << 22, LONG)).isTrue();
  }
}
