package io.sojourn.restore.world;

import com.google.protobuf.ByteString;
import io.netty.util.concurrent.ScheduledFuture;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.TerminalModes;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.protocol.connection.Pipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is not bytes of a terminal of a task that is away: its modes, which the task sets, and its
 * size, which home's terminal has. The kernel tells nobody of the modes, so they are looked at
 * every {@value #EVERY_MILLIS} ms. On the session's loop.
 */
final class GuestTerminal implements StreamEnd {
  private static final long EVERY_MILLIS = 50;
  private static final int WINSIZE = 8;

  private final RawSocket terminal;
  private final Runnable resized;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private @Nullable ByteStream stream;
  private @Nullable ScheduledFuture<?> watch;
  private byte[] modes = {};
  private ByteString begun = ByteString.EMPTY;
  private Runnable settling = () -> {};

  /**
   * @param terminal the end at which a person would sit; is closed with this
   * @param resized is called when the terminal has got another size
   */
  GuestTerminal(RawSocket terminal, Runnable resized) {
    this.terminal = terminal;
    this.resized = resized;
  }

  /**
   * Lets the task's user open the terminal by its name, as the task's /dev/tty. Who else may is
   * root, and whoever the node lets write to terminals.
   */
  static void give(RawSocket terminal, int user) {
    try {
      Files.setAttribute(terminal.path(), "unix:uid", user);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  void open(StreamSession session, int number) {
    Pipe pipe = Pipe.newBuilder().setNumber(number).setControl(true).build();
    ByteStream opened =
        session.open(Opening.newBuilder().setPipe(pipe).build().toByteString(), this);
    stream = opened;
    watch =
        opened.loop().scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (stream == null || stream.isOver()) return;
    byte[] now = TerminalModes.of(terminal).modes();
    if (!Arrays.equals(now, modes)) stream.send(ByteString.copyFrom(now));
    modes = now;
  }

  @Override
  public void data(ByteString bytes) {
    if (stream != null) stream.consumed(bytes.size());
    ByteString all = begun.concat(bytes);
    int last = all.size() / WINSIZE * WINSIZE;
    begun = all.substring(last);
    if (last == 0) return;
    TerminalModes before = TerminalModes.of(terminal);
    byte[] size = all.substring(last - WINSIZE, last).toByteArray();
    if (Arrays.equals(size, before.size())) return;
    before.withSize(size).applySizeTo(terminal);
    resized.run();
  }

  /** The task has ended; completes when home has heard it. Not on the loop. */
  CompletableFuture<Void> last() {
    ByteStream at = stream;
    if (at == null) return CompletableFuture.completedFuture(null);
    at.loop()
        .execute(
            () -> {
              look();
              at.finish();
            });
    return over;
  }

  /** The task stands still; completes when home knows the modes. Not on the loop. */
  CompletableFuture<Void> settled() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    ByteStream at = stream;
    if (at == null) return CompletableFuture.completedFuture(null);
    at.loop()
        .execute(
            () -> {
              look();
              settling =
                  () -> {
                    if (at.isOver() || at.allAcknowledged()) done.complete(null);
                  };
              settling.run();
            });
    return done;
  }

  @Override
  public void acknowledged() {
    settling.run();
  }

  @Override
  public void ended() {
    if (stream != null) stream.endConsumed();
  }

  @Override
  public void reset(int error) {
    over();
  }

  @Override
  public void over() {
    over.complete(null);
    settling.run();
  }

  void close() {
    if (watch != null) watch.cancel(false);
    over.complete(null);
    terminal.close();
  }
}
