package io.sojourn.home.net;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.StreamEnd;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A socket without a peer of its own that home has for a task that is away: it listens, or takes
 * datagrams. While the task comes home it stands by, so that nobody is refused if that fails.
 */
abstract class LentSocket implements StreamEnd {
  /**
   * @param anew makes another one like it
   * @param held what holds it beside this daemon is told of a new one
   * @param over and before it is closed for good
   */
  record Lending(Supplier<RawSocket> anew, Consumer<RawSocket> held, Consumer<RawSocket> over) {}

  private final ByteStream stream;
  private final Lending lending;
  private @Nullable RawSocket standby;
  private boolean frozen;
  private boolean over;

  LentSocket(ByteStream stream, RawSocket first, Lending lending) {
    this.stream = stream;
    this.lending = lending;
    lending.held().accept(first);
  }

  ByteStream stream() {
    return stream;
  }

  /** Serves the socket no longer, and gives it. */
  abstract RawSocket stop();

  /** Serves this socket. */
  abstract void goOn(RawSocket socket);

  /** Whoever comes has to wait, as long as it is held. */
  void hold(boolean hold) {}

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
    RawSocket last = frozen ? standby : stop();
    standby = null;
    if (last == null) return;
    lending.over().accept(last);
    last.close();
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
      RawSocket socket = kept != null ? kept : lending.anew().get();
      lending.held().accept(socket);
      goOn(socket);
    } catch (RawSocket.SocketException taken) {
      stream.reset(taken.error());
    }
  }
}
