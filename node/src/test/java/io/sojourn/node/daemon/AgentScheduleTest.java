package io.sojourn.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.node.schedule.Interval;
import io.sojourn.node.schedule.WhenLost;
import io.sojourn.repository.Retention;
import org.junit.jupiter.api.Test;

/** What an agent's options say to the daemon. */
class AgentScheduleTest {
  @Test
  void allOfItCounts() {
    assertThat(AgentSchedule.parse("name=sim,every=5m,keep=10,keepDaily=7"))
        .contains(new AgentSchedule(Interval.parse("5m"), new Retention(10, 7)));
    assertThat(AgentSchedule.parse("every=auto"))
        .contains(new AgentSchedule(Interval.AUTO, new Retention(0, 0)));
  }

  @Test
  void whatIsNotUnderstoodIsPassedOver() {
    for (String options : new String[] {"", "name=sim,keep=3", "every=5 weeks", "every=5m,keep=x"})
      assertThat(AgentSchedule.parse(options)).isEmpty();
  }

  @Test
  void theLastWordCounts() {
    assertThat(WhenLost.HOME.ofAgent("name=sim")).isZero();
    assertThat(WhenLost.HOME.ofAgent("homeLost=fail:5m,name=sim")).isEqualTo(300_000);
    assertThat(WhenLost.HOME.ofAgent("homeLost=fail:5m,homeLost=wait")).isZero();
    assertThat(WhenLost.HOME.ofAgent("homeLost=soon")).isZero();
    assertThat(WhenLost.GUEST.ofAgent("homeLost=fail:5m")).isZero();
    assertThat(WhenLost.GUEST.ofAgent("guestLost=reset:10s,homeLost=wait")).isEqualTo(10_000);
    assertThat(WhenLost.GUEST.ofAgent("guestLost=reset:10s,guestLost=keep")).isZero();
  }
}
