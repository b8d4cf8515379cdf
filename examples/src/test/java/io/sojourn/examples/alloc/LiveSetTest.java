package io.sojourn.examples.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LiveSetTest {

  @Test
  void aReplacedBlockIsWhole() {
    LiveSet live = new LiveSet(1, 100_000);
    long before = live.checksum();
    assertThat(live.replace(3)).isTrue();
    assertThat(live.replace(3)).isTrue();
    assertThat(live.damaged()).isZero();
    assertThat(live.checksum()).isNotEqualTo(before);
  }

  @Test
  void oneBitIsFound() {
    LiveSet live = new LiveSet(1, 100_000);
    live.damage(5, 7);
    assertThat(live.damaged()).isEqualTo(1);
    assertThat(live.replace(5)).isFalse();
    assertThat(live.damaged()).isZero();
  }
}
