package io.sojourn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.sojourn.protocol.stream.SessionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams lose nothing and repeat nothing, whatever becomes of the calls that carry them. */
class StreamSessionTest {
  private static final int CUTS = 100;
  private static final ByteString WHAT_FOR = ByteString.copyFromUtf8("echo");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aThousandStreamsOverALinkThatBreaks(long seed) throws Exception {
    Random random = new Random(seed);
    try (TwoSides sides = new TwoSides()) {
      StreamSession home = home(sides);
      StreamSession guest = guest(sides);
      sides.sessions.give(1, home);
      // By bytes, not by time: a quick machine is through in a second.
      Random lengths = new Random(seed);
      sides.link.cutEach(() -> 1_000_000 + lengths.nextInt(3_000_000), CUTS);
      sides.call(guest, 1);
      List<Speaker> speakers = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        Speaker speaker =
            new Speaker(seed * 1_000 + i, 1 + random.nextInt(i % 50 == 0 ? 4_000_000 : 60_000));
        speakers.add(speaker);
        TwoSides.on(
            sides.guestLoop,
            () -> {
              speaker.of(guest.open(WHAT_FOR, speaker)).speak();
              return 0;
            });
      }
      CompletableFuture<Void> all =
          CompletableFuture.allOf(
              speakers.stream().map(one -> one.done).toArray(CompletableFuture[]::new));
      all.get(1, TimeUnit.MINUTES);
      assertThat(sides.link.cutsLeft()).isLessThan(CUTS - 10);
      Awaitility.await().untilAsserted(() -> assertThat(guest.size()).isZero());
      Awaitility.await().untilAsserted(() -> assertThat(home.size()).isZero());
    }
  }

  private static StreamSession home(TwoSides sides) {
    return new StreamSession(
        "task",
        StreamSession.Side.HOME,
        sides.homeLoop,
        (stream, opening) -> TwoSides.echo(stream));
  }

  private static StreamSession guest(TwoSides sides) {
    return new StreamSession(
        "task",
        StreamSession.Side.GUEST,
        sides.guestLoop,
        (stream, opening) -> TwoSides.echo(stream));
  }

  @Test
  void aSideIsTakenApartAndPutTogetherElsewhere() throws Exception {
    try (TwoSides sides = new TwoSides()) {
      StreamSession home = home(sides);
      StreamSession first = guest(sides);
      sides.sessions.give(1, home);
      sides.call(first, 1);
      Speaker speaker = new Speaker(42, 30_000_000);
      TwoSides.on(
          sides.guestLoop,
          () -> {
            speaker.of(first.open(WHAT_FOR, speaker)).speak();
            return 0;
          });
      StreamSession now = first;
      for (int life = 2; life < 8; life++) {
        Thread.sleep(30);
        StreamSession before = now, after = guest(sides);
        int incarnation = life;
        TwoSides.on(
            sides.guestLoop,
            () -> {
              SessionState state = SessionState.parseFrom(before.freeze().toByteString());
              after.restore(state, (stream, one) -> speaker.of(stream));
              sides.sessions.give(incarnation, home);
              speaker.speak();
              return 0;
            });
        sides.call(after, life);
        now = after;
      }
      assertThat(speaker.done.get(1, TimeUnit.MINUTES)).isEqualTo(30_000_000);
    }
  }

  @Test
  void anOlderLifeIsRefused() throws Exception {
    try (TwoSides sides = new TwoSides()) {
      StreamSession home = home(sides);
      sides.sessions.give(5, home);
      sides.call(guest(sides), 4);
      assertThat(sides.refused.get(30, TimeUnit.SECONDS).getCode())
          .isEqualTo(Status.Code.FAILED_PRECONDITION);
    }
  }

  @Test
  void aLifeThatWasNotGivenIsRefused() throws Exception {
    try (TwoSides sides = new TwoSides()) {
      sides.call(guest(sides), 1);
      assertThat(sides.refused.get(30, TimeUnit.SECONDS).getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void whoeverDoesNotReadHoldsTheSenderUp() throws Exception {
    try (TwoSides sides = new TwoSides()) {
      long[] got = {0};
      StreamSession home =
          new StreamSession(
              "task",
              StreamSession.Side.HOME,
              sides.homeLoop,
              (stream, opening) ->
                  new StreamEnd() {
                    @Override
                    public void data(ByteString bytes) {
                      got[0] += bytes.size();
                    }

                    @Override
                    public void ended() {}

                    @Override
                    public void reset(int error) {}
                  });
      StreamSession guest = guest(sides);
      sides.sessions.give(1, home);
      sides.call(guest, 1);
      Speaker speaker = new Speaker(7, 100_000_000);
      TwoSides.on(
          sides.guestLoop,
          () -> {
            speaker.of(guest.open(WHAT_FOR, speaker)).speak();
            return 0;
          });
      Thread.sleep(500);
      assertThat(TwoSides.on(sides.homeLoop, () -> got[0]))
          .isPositive()
          .isLessThanOrEqualTo(ByteStream.WINDOW);
      assertThat(TwoSides.on(sides.guestLoop, () -> speaker.stream().writable())).isFalse();
    }
  }
}
