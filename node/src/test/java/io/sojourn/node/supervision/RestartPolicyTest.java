package io.sojourn.node.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.linux.WaitStatus;
import org.junit.jupiter.api.Test;

/** What counts as a failure, how long is waited, and when it is enough. */
class RestartPolicyTest {
  private static final long START = 1_800_000_000_000L;

  @Test
  void delaysDoubleUpToTheLongest() {
    RestartPolicy policy = new RestartPolicy(false, 100, 1_000, 5, 60_000);
    assertThat(new long[] {policy.delay(0), policy.delay(1), policy.delay(2), policy.delay(3)})
        .containsExactly(100, 200, 400, 800);
    assertThat(policy.delay(4)).isEqualTo(1_000);
    assertThat(policy.delay(Integer.MAX_VALUE)).isEqualTo(1_000);
    assertThat(new RestartPolicy(false, 1, Long.MAX_VALUE, 5, 1).delay(63)).isPositive();
  }

  @Test
  void anAgentsOptionsAreRead() {
    assertThat(RestartPolicy.ofAgent("name=a,every=5m")).isEmpty();
    assertThat(RestartPolicy.ofAgent("onFailure=keep")).isEmpty();
    assertThat(RestartPolicy.ofAgent("onFailure=restart")).contains(RestartPolicy.USUAL);
    assertThat(
            RestartPolicy.ofAgent(
                "onFailure=restart,restartOn=any,restartDelay=250ms,restartMaxDelay=1m,"
                    + "startLimitBurst=3,startLimitInterval=1h"))
        .contains(new RestartPolicy(true, 250, 60_000, 3, 3_600_000));
    assertThat(RestartPolicy.ofAgent("onFailure=restart,startLimitBurst=many"))
        .contains(RestartPolicy.USUAL);
    assertThatThrownBy(() -> new RestartPolicy(false, 100, 50, 5, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RestartPolicy(false, 100, 500, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whoIsAskedToEndHasNotFailed() {
    for (int asked : new int[] {0, 129, 130, 141, 143})
      assertThat(Verdict.failed(WaitStatus.exited(asked))).as("exited %d", asked).isFalse();
    for (int asked : new int[] {1, 2, 13, 15})
      assertThat(Verdict.failed(WaitStatus.killed(asked))).as("killed %d", asked).isFalse();
    for (int failed : new int[] {1, 3, 128, 134, 137, 255})
      assertThat(Verdict.failed(WaitStatus.exited(failed))).as("exited %d", failed).isTrue();
    for (int failed : new int[] {6, 7, 9, 11})
      assertThat(Verdict.failed(WaitStatus.killed(failed))).as("killed %d", failed).isTrue();
  }

  @Test
  void onlyWhatWasLatelyCounts() {
    RestartPolicy policy = new RestartPolicy(false, 100, 1_000, 2, 60_000);
    Supervised one = Supervised.begin("0123456789ab", policy, 0);
    assertThat(one.limitReached(START)).isFalse();
    one = one.tries(START).tries(START + 10_000);
    assertThat(one.limitReached(START + 59_999)).isTrue();
    assertThat(one.limitReached(START + 60_000)).isFalse();
    assertThat(one.delay(START + 60_000)).isEqualTo(200);
    assertThat(one.limitReached(START - 1)).as("the clock was set back").isFalse();
    // Whoever has made it live again begins anew.
    Incarnation life = new Incarnation(7, 8, 2, "boot");
    assertThat(one.failed("killed 9", "too often").lives(life).restarts()).isEmpty();
    assertThat(one.restarts("killed 9", 0, "").lives(life).restarts()).hasSize(2);
  }
}
