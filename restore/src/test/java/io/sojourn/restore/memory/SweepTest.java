package io.sojourn.restore.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepTest {
  private static final int TASK = 7, PIECE = 0x1000;

  private final Missing missing = new Missing();
  private final Asked asked = new Asked();
  private final Sweep sweep = new Sweep(TASK, missing);

  SweepTest() {
    for (long start : new long[] {0x10000, 0x20000, 0x30000})
      missing.add(new Missing.Range(start, start + 2 * PIECE, start));
  }

  @Test
  void goesThroughAllOnce() {
    assertThat(rest()).containsExactly(0x10000L, 0x11000L, 0x20000L, 0x21000L, 0x30000L, 0x31000L);
  }

  @Test
  void goesOnFromWhatWasTouchedAndAround() {
    assertThat(ask()).isEqualTo(0x10000L);
    touch(0x21000);
    assertThat(rest()).containsExactly(0x30000L, 0x31000L, 0x11000L, 0x20000L);
  }

  @Test
  void startsAtTheNextOneWhereNothingIsMissing() {
    touch(0x25000);
    assertThat(ask()).isEqualTo(0x30000L);
  }

  private void touch(long address) {
    if (missing.at(address) != null) asked.add(new Supply.Part(TASK, address, PIECE));
    sweep.goOnFrom(address);
  }

  private long ask() {
    Missing.Range next = sweep.next(asked);
    if (next == null) return -1;
    asked.add(new Supply.Part(TASK, next.source(), PIECE));
    return next.source();
  }

  private List<Long> rest() {
    List<Long> order = new ArrayList<>();
    for (long next; (next = ask()) >= 0; ) order.add(next);
    return order;
  }
}
