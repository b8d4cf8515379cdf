package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import io.netty.util.concurrent.ScheduledFuture;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.RawPipe;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.TerminalModes;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamEnd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Home's terminal of a task that is away. The task has one of its own there, which does with its
 * bytes what its modes say: lines, echo, end of input. So this one passes bytes as they are, but
 * for the keys that signal: these are for the job, which is the deputy's.
 *
 * <p>Nobody tells of a new size to who is not in the foreground, nor of a shell that takes the
 * terminal back; so it is looked at every {@value #EVERY_MILLIS} ms. On the session's loop.
 */
final class HomeTerminal implements StreamEnd {
  private static final long EVERY_MILLIS = 50;
  static final int TERMIOS = 36;

  private final int deputy;
  private final ByteStream stream;
  private final RawSocket terminal;
  private final List<SocketRelay> inputs = new ArrayList<>();
  private final ScheduledFuture<?> watch;
  private final PipeLedger.@Nullable Place place;
  private TerminalModes task;
  private byte[] size = {};
  private ByteString begun = ByteString.EMPTY;
  private boolean foreground;
  private boolean over;

  private HomeTerminal(
      int deputy, ByteStream stream, RawSocket terminal, PipeLedger.@Nullable Place place) {
    this.place = place;
    this.deputy = deputy;
    this.stream = stream;
    this.terminal = terminal;
    this.task = TerminalModes.of(terminal);
    this.watch =
        stream.loop().scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * @param stream to the task's own terminal
   * @param kept where its modes are noted
   */
  static HomeTerminal of(int deputy, Descriptor held, ByteStream stream, KeptPipes kept) {
    RawSocket terminal = RawPipe.end(held.reopen(), true);
    byte[] modes = TerminalModes.of(terminal).modes();
    PipeLedger.Place place = kept.control(stream.number(), held.number(), modes);
    HomeTerminal made = new HomeTerminal(deputy, stream, terminal, place);
    stream.answer(ByteString.EMPTY);
    return made;
  }

  /** One that an earlier daemon has served. */
  static HomeTerminal found(
      int deputy, Descriptor held, ByteStream stream, PipeLedger.Place place) {
    HomeTerminal made = new HomeTerminal(deputy, stream, RawPipe.end(held.reopen(), true), place);
    made.task = made.task.withModes(place.modes());
    return made;
  }

  /** The task's modes and this terminal's size: what they were does not matter. */
  @Override
  public boolean onlyTheLatest() {
    return true;
  }

  /** What is typed there goes into this, while the job is in the foreground. */
  void types(SocketRelay input) {
    input.holdInput(!foreground);
    inputs.add(input);
  }

  private void look() {
    if (over) return;
    byte[] now = TerminalModes.of(terminal).size();
    if (!Arrays.equals(now, size)) stream.send(ByteString.copyFrom(now));
    size = now;
    if (Proc.inForeground(deputy) != foreground) {
      if (foreground) background();
      else foreground();
    }
  }

  private void foreground() {
    foreground = true;
    task.remote().applyModesTo(terminal);
    inputs.forEach(input -> input.holdInput(false));
  }

  /** The terminal is left as the task would have left it, and its keys are another's. */
  void background() {
    foreground = false;
    inputs.forEach(input -> input.holdInput(true));
    // A shell that was quicker has set it up for itself.
    if (TerminalModes.of(terminal).hasModesOf(task.remote())) task.applyModesTo(terminal);
  }

  /** The task has set its modes. */
  @Override
  public void data(ByteString bytes) {
    stream.consumed(bytes.size());
    ByteString all = begun.concat(bytes);
    int last = all.size() / TERMIOS * TERMIOS;
    begun = all.substring(last);
    if (last == 0) return;
    task = task.withModes(all.substring(last - TERMIOS, last).toByteArray());
    if (place != null) place.modes(task.modes());
    if (foreground) task.remote().applyModesTo(terminal);
  }

  /** The task has ended. */
  @Override
  public void ended() {
    leave();
    terminal.close();
    stream.endConsumed();
    stream.finish();
  }

  @Override
  public void reset(int error) {
    leave();
    terminal.close();
  }

  private void leave() {
    if (over) return;
    over = true;
    if (place != null) place.over();
    watch.cancel(false);
    if (foreground) background();
  }

  /** The task is on its way home. */
  @Override
  public void freeze() {
    if (foreground) background();
    over = true;
  }

  @Override
  public void thaw() {
    over = false;
  }

  /** After {@link #freeze}: for good. */
  void close() {
    if (watch.isCancelled()) return;
    if (place != null) place.over();
    watch.cancel(false);
    terminal.close();
  }
}
