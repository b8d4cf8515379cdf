package io.sojourn.node.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.node.move.SignalQueue.Waiting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits merges and cancels as it does in the kernel; what is not passed is not forgotten. */
class SignalQueueTest implements SignalQueue.Way {
  private static final int INT = 2, USR1 = 10, CONT = 18, STOP = 19, TSTP = 20, REAL_TIME = 40;

  private final List<Integer> passed = new ArrayList<>();
  private final List<Long> over = new ArrayList<>();
  private final SignalQueue queue = new SignalQueue(this);
  private long serial;
  private boolean reachable;

  @Override
  public boolean pass(Waiting signal) {
    return reachable && passed.add(signal.number());
  }

  @Override
  public boolean passesBy(Waiting signal) {
    return signal.number() == TSTP && passed.add(-TSTP);
  }

  @Override
  public void over(Waiting signal) {
    over.add(signal.serial());
  }

  private void come(int... signals) {
    for (int signal : signals) queue.add(new Waiting(++serial, signal, false));
  }

  @Test
  void inOrderAsSoonAsTheTaskCanBeReached() {
    come(USR1, INT, REAL_TIME, REAL_TIME);
    assertThat(queue.pass()).isFalse();
    assertThat(passed).isEmpty();
    reachable = true;
    assertThat(queue.pass()).isTrue();
    assertThat(passed).containsExactly(USR1, INT, REAL_TIME, REAL_TIME);
    assertThat(over).isEmpty();
  }

  @Test
  void oneOfAKindWaits() {
    come(INT, USR1, INT);
    assertThat(over).containsExactly(3L);
    reachable = true;
    queue.pass();
    assertThat(passed).containsExactly(INT, USR1);
    come(INT);
    queue.pass();
    assertThat(passed).containsExactly(INT, USR1, INT);
  }

  @Test
  void stopAndContinueTakeEachOtherBack() {
    come(STOP, INT, CONT);
    assertThat(over).containsExactly(1L);
    come(STOP);
    assertThat(over).containsExactly(1L, 3L);
    reachable = true;
    queue.pass();
    assertThat(passed).containsExactly(INT, STOP);
  }

  @Test
  void whoNeedNotWaitPassesBy() {
    come(INT, TSTP, USR1);
    assertThat(queue.pass()).isFalse();
    assertThat(passed).containsExactly(-TSTP);
    reachable = true;
    queue.pass();
    assertThat(passed).containsExactly(-TSTP, INT, USR1);
  }
}
