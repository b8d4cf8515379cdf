package io.sojourn.restore.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.restore.memory.Missing.Range;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** In units of one, as nothing here depends on the size of a page. */
class MissingTest {
  private static Missing of(Range... ranges) {
    Missing missing = new Missing();
    for (Range range : ranges) missing.add(range);
    return missing;
  }

  @Test
  void aPartOfARangeLeavesBothSides() {
    Missing missing = of(new Range(10, 20, 10));
    assertThat(missing.remove(13, 15)).containsExactly(new Range(13, 15, 13));
    assertThat(missing.at(12)).isEqualTo(new Range(10, 13, 10));
    assertThat(missing.at(13)).isNull();
    assertThat(missing.from(13)).isEqualTo(new Range(15, 20, 15));
    assertThat(missing.bytes()).isEqualTo(8);
  }

  @Test
  void whatWasMovedIsFoundByWhereItWas() {
    Missing missing = of(new Range(10, 20, 10), new Range(30, 40, 30));
    missing.move(15, 115, 20);
    assertThat(missing.wanting(12, 10))
        .containsExactly(new Range(12, 15, 12), new Range(115, 120, 15));
    assertThat(missing.wanting(30, 10))
        .containsExactly(new Range(35, 40, 35), new Range(130, 135, 30));
    assertThat(missing.bytes()).isEqualTo(20);
  }

  @Test
  void aChildHasItsOwn() {
    Missing parent = of(new Range(10, 20, 10));
    Missing child = new Missing(parent);
    parent.remove(0, 100);
    assertThat(parent.bytes()).isZero();
    assertThat(child.wanting(0, 100)).isEqualTo(List.of(new Range(10, 20, 10)));
  }

  /** Against an array that says of each address where its content was. */
  @Test
  void randomLivesOfAnAddressSpace() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      long[] twin = new long[200];
      Arrays.fill(twin, -1);
      Missing missing = new Missing();
      for (int start = 0; start < 100; start += 20) {
        missing.add(new Range(start, start + 15, start));
        for (int i = start; i < start + 15; i++) twin[i] = i;
      }
      for (int step = 0; step < 30; step++) {
        int from = random.nextInt(100), length = 1 + random.nextInt(20);
        if (random.nextBoolean()) {
          missing.remove(from, from + length);
          Arrays.fill(twin, from, from + length, -1);
        } else {
          // To where nothing is: mremap(2) has unmapped that first.
          int to = 120 + random.nextInt(50);
          missing.remove(to, to + length);
          Arrays.fill(twin, to, to + length, -1);
          missing.move(from, to, length);
          System.arraycopy(twin, from, twin, to, length);
          Arrays.fill(twin, from, from + length, -1);
        }
        compare(missing, twin, seed);
      }
    }
  }

  private static void compare(Missing missing, long[] twin, int seed) {
    long[] found = new long[twin.length];
    Arrays.fill(found, -1);
    for (int source = 0; source < 100; source++)
      for (Range range : missing.wanting(source, 1)) found[(int) range.start()] = range.source();
    assertThat(found).as("seed %d", seed).isEqualTo(twin);
    assertThat(missing.bytes()).isEqualTo(Arrays.stream(twin).filter(at -> at >= 0).count());
  }
}
