package io.sojourn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.netty.channel.unix.FileDescriptor;
import io.sojourn.engine.linux.RawPipe;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.Reservoir;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What comes from a pipe or a unix socket and is kept until the other side has handed it on: taken
 * apart and put together again at home, it goes on at its byte.
 */
@Timeout(60)
class KeptStreamTest {
  private static final int PART = 20_000;

  /** Takes everything, and says so only when it is told to. */
  private static final class Slow implements StreamEnd {
    private @Nullable ByteStream stream;
    private int unsaid;
    volatile ByteString all = ByteString.EMPTY;
    volatile boolean ended;

    @Override
    public void data(ByteString bytes) {
      all = all.concat(bytes);
      unsaid += bytes.size();
    }

    int say() {
      Objects.requireNonNull(stream).consumed(unsaid);
      int said = unsaid;
      unsaid = 0;
      return said;
    }

    @Override
    public void ended() {
      ended = true;
    }

    @Override
    public void reset(int error) {
      throw new AssertionError("reset: " + error);
    }
  }

  @Test
  void aPipe() throws Exception {
    RawSocket[] ends = RawPipe.ends();
    Reservoir through = Reservoir.create();
    goesOn(ends[1], ends[0], new SocketRelay().keeps(through.from(ends[0])));
    through.close();
  }

  @Test
  void aUnixSocket() throws Exception {
    RawSocket[] ends = RawSocket.unixPair();
    ends[1].notBlocking();
    Reservoir through = Reservoir.create();
    goesOn(ends[0], ends[1], new SocketRelay().keeps(through.queueOf(ends[1])));
    through.close();
  }

  private static void goesOn(RawSocket source, RawSocket read, SocketRelay relay) throws Exception {
    try (TwoSides sides = new TwoSides()) {
      StreamSession home =
          new StreamSession(
              "task",
              StreamSession.Side.HOME,
              sides.homeLoop,
              (stream, opening) -> {
                relay.of(stream).connected(read);
                return relay;
              });
      Slow slow = new Slow();
      StreamSession guest =
          new StreamSession(
              "task", StreamSession.Side.GUEST, sides.guestLoop, (stream, opening) -> slow);
      sides.sessions.give(1, home);
      sides.call(guest, 1);
      TwoSides.on(sides.guestLoop, () -> slow.stream = guest.open(ByteString.EMPTY, slow));
      write(source, 0);
      await().until(() -> slow.all.size() == PART);
      TwoSides.on(sides.homeLoop, home::freeze);
      write(source, PART);
      TwoSides.on(
          sides.homeLoop,
          () -> {
            home.thaw();
            return home;
          });
      await().until(() -> slow.all.size() >= 2 * PART);
      assertThat(TwoSides.on(sides.guestLoop, slow::say)).isEqualTo(2 * PART);
      write(source, 2 * PART);
      await().until(() -> slow.all.size() >= 3 * PART);
      source.close();
      await().until(() -> slow.ended);
      assertThat(slow.all.size()).isEqualTo(3 * PART);
      for (int i = 0; i < slow.all.size(); i++)
        assertThat(slow.all.byteAt(i)).as("byte %d", i).isEqualTo(at(i));
    }
  }

  private static byte at(int offset) {
    return (byte) (offset * 31 + (offset >>> 8));
  }

  private static void write(RawSocket to, int offset) throws Exception {
    ByteBuffer part = ByteBuffer.allocateDirect(PART);
    for (int i = 0; i < PART; i++) part.put(i, at(offset + i));
    assertThat(new FileDescriptor(to.descriptor()).write(part, 0, PART)).isEqualTo(PART);
  }
}
