package io.sojourn.home.net;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.StreamEnd;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A socket without a peer of its own that home has for a task that is away: it listens, or takes
 * datagrams. While the task comes home it stands by, so that nobody is refused if that fails.
 */
abstract class LentSocket implements StreamEnd {
  private final ByteStream stream;
  private final Supplier<RawSocket> anew;
  private @Nullable RawSocket standby;
  private boolean frozen;
  private boolean over;

  /**
   * @param anew makes another one like it
   */
  LentSocket(ByteStream stream, Supplier<RawSocket> anew) {
    this.stream = stream;
    this.anew = anew;
  }

  ByteStream stream() {
    return stream;
  }

  /** Serves the socket no longer, and gives it. */
  abstract RawSocket stop();

  /** Serves this socket. */
  abstract void goOn(RawSocket socket);

  /** The task does not need it any more. */
  @Override
  public void ended() {
    end();
    stream.endConsumed();
    stream.finish();
  }

  @Override
  public void reset(int error) {
    end();
  }

  /** Once: by then the number may be another's. */
  final void end() {
    if (over) return;
    over = true;
    if (frozen) release();
    else stop().close();
  }

  @Override
  public void freeze() {
    frozen = true;
    standby = stop();
  }

  /** Its address is needed by the task itself. */
  void release() {
    if (standby != null) standby.close();
    standby = null;
  }

  @Override
  public void thaw() {
    if (!frozen) return;
    frozen = false;
    RawSocket kept = standby;
    standby = null;
    try {
      goOn(kept != null ? kept : anew.get());
    } catch (RawSocket.SocketException taken) {
      stream.reset(taken.error());
    }
  }
}
