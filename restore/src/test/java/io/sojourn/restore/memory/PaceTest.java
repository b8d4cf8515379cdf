package io.sojourn.restore.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** On a link that is played: parts go one after the other, each in its time. */
class PaceTest {
  private static final long MILLI = 1_000_000;

  private record Sent(int length, long asked, long arrives) {}

  /** Time that the last part had been on its way, after so many bytes. */
  private static long lastDelay(Pace pace, long bytes, long bytesPerMilli, long roundTrip) {
    Deque<Sent> underWay = new ArrayDeque<>();
    long now = 0, free = 0, delay = 0, flying = 0;
    for (long done = 0; done < bytes; ) {
      while (flying + pace.chunk() <= pace.window()) {
        int length = pace.chunk();
        assertThat(length % AddressSpace.PAGE).isZero();
        free = Math.max(free, now + roundTrip) + length * MILLI / bytesPerMilli;
        underWay.add(new Sent(length, now, free));
        flying += length;
      }
      Sent next = underWay.remove();
      now = next.arrives();
      flying -= next.length();
      done += next.length();
      delay = now - next.asked();
      // Of which a page may have been all that was missing.
      pace.arrived(next.length() - AddressSpace.PAGE, next.asked(), now);
    }
    return delay;
  }

  @Test
  void aNarrowLinkHasAShortQueue() {
    Pace pace = new Pace();
    assertThat(lastDelay(pace, 64 << 20, 4_000, MILLI)).isLessThan(100 * MILLI);
    assertThat(pace.window()).isLessThan(512 << 10);
  }

  @Test
  void aWideLinkIsFilledAlsoWhereItIsLong() {
    Pace pace = new Pace();
    lastDelay(pace, 64 << 20, 1_000_000, MILLI);
    assertThat(pace.window()).isEqualTo(Pace.MOST);
    Pace far = new Pace();
    lastDelay(far, 64 << 20, 1_000_000, 80 * MILLI);
    assertThat(far.window()).isEqualTo(Pace.MOST);
  }

  @Test
  void itRecoversFromASilentLink() {
    Pace pace = new Pace();
    pace.arrived(4096, 0, MILLI);
    for (int i = 0; i < 10; i++) pace.arrived(4096, i * 30_000 * MILLI, (i + 1) * 30_000 * MILLI);
    assertThat(pace.window()).isEqualTo(Pace.LEAST);
    lastDelay(pace, 64 << 20, 1_000_000, MILLI);
    assertThat(pace.window()).isEqualTo(Pace.MOST);
  }
}
