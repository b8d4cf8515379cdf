package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import io.netty.channel.EventLoop;
import io.sojourn.protocol.stream.Data;
import io.sojourn.protocol.stream.Position;
import io.sojourn.protocol.stream.StreamState;
import org.jspecify.annotations.Nullable;

/**
 * One stream of bytes in both directions, with an end of its own in each. It belongs to its
 * session's loop: every call must come from there.
 */
public final class ByteStream {
  /** Bytes that a side may have sent without an acknowledgement. */
  public static final int WINDOW = 4 << 20;

  /** Of these only so many where all streams of the session together keep much. */
  private static final int MODEST_WINDOW = 1 << 20;

  private static final int MUCH = 32 << 20;

  /** Above this many bytes that could not go out, the source waits. */
  private static final int UNSENT = 256 << 10;

  private static final int CHUNK = 256 << 10;

  private final StreamSession session;
  private final long number;
  private final Outgoing outgoing = new Outgoing();
  private final Incoming incoming = new Incoming();
  private @Nullable StreamEnd end;
  private boolean full;
  private boolean over;
  private boolean done;
  boolean queued; // in the session's queue of streams that have something to send
  boolean owing; // in the session's set of streams with something to acknowledge

  ByteStream(StreamSession session, long number) {
    this.session = session;
    this.number = number;
  }

  public long number() {
    return number;
  }

  public EventLoop loop() {
    return session.loop();
  }

  /** Answers the opening of a stream that the other side has opened. */
  public void answer(ByteString answer) {
    if (over) return;
    outgoing.opening(answer);
    session.wantsToSend(this);
  }

  /** Whether home has opened it. */
  public boolean byHome() {
    return (number & 1) == 0;
  }

  /** Whether the other side has answered the opening. */
  public boolean answered() {
    return incoming.opening() != null;
  }

  /** Whether more may be sent. What is sent regardless is kept, and memory is what it costs. */
  public boolean writable() {
    long kept = outgoing.unacknowledged();
    full =
        full
            || over
            || kept >= WINDOW - CHUNK
            || outgoing.unsent() >= UNSENT
            || (kept >= MODEST_WINDOW && session.kept() >= MUCH);
    return !full;
  }

  public void send(ByteString bytes) {
    if (over || bytes.isEmpty()) return;
    outgoing.add(bytes);
    session.wantsToSend(this);
  }

  /** No more bytes follow. */
  public void finish() {
    if (over || outgoing.finished()) return;
    outgoing.finish();
    session.wantsToSend(this);
  }

  /** Ends both directions at once; the other side is told the error, as of errno(3). */
  public void reset(int error) {
    if (over) return;
    over = true;
    session.sendReset(this, error);
  }

  /** So many more bytes have been handed on. */
  public void consumed(long count) {
    if (over) return;
    incoming.consume(count);
    session.owesAcknowledgement(this, incoming.unacknowledged() >= WINDOW / 4);
  }

  public void endConsumed() {
    if (over || incoming.endConsumed()) return;
    incoming.consumeEnd();
    session.owesAcknowledgement(this, true);
  }

  /** The other side has handed on all that was sent so far. */
  public boolean allAcknowledged() {
    return outgoing.unacknowledged() == 0;
  }

  /** So many bytes the other side has handed on. */
  public long taken() {
    return outgoing.acknowledged();
  }

  /** So many bytes this side has handed on. */
  public long given() {
    return incoming.consumed();
  }

  /** This side has handed on the end. */
  public boolean endTaken() {
    return incoming.endConsumed();
  }

  public boolean isOver() {
    return over;
  }

  // What follows is between the session and its streams.

  void end(StreamEnd end) {
    this.end = end;
  }

  StreamEnd end() {
    if (end == null) throw new IllegalStateException("a stream without an end");
    return end;
  }

  Outgoing outgoing() {
    return outgoing;
  }

  Incoming incoming() {
    return incoming;
  }

  boolean hasWork() {
    return !over && outgoing.hasWork();
  }

  Data take() {
    Data data = outgoing.take(number, CHUNK);
    tellWritable();
    return data;
  }

  void receive(Data data) {
    ByteString fresh = incoming.accept(data, WINDOW);
    if (data.getHasOpening() && incoming.open(data.getOpening()))
      if (session.openedHere(number)) end().answered(data.getOpening());
    if (!fresh.isEmpty() && !over) end().data(fresh);
    if (data.getLast() && incoming.end() && !over) end().ended();
  }

  void acknowledged(long offset, boolean ended) {
    outgoing.acknowledge(offset, ended);
    tellWritable();
    if (!over) end().acknowledged();
    endIfDone();
  }

  private void tellWritable() {
    if (!full || over) return;
    if (outgoing.unacknowledged() > WINDOW / 2 || outgoing.unsent() > UNSENT / 2) return;
    full = false;
    end().writable();
  }

  /** Both directions done, and both sides know: nothing of the stream is left. */
  void endIfDone() {
    if (over || !outgoing.finishAcknowledged() || !incoming.endAcknowledged()) return;
    over = true;
    session.forget(this);
    end().over();
  }

  void resetByOther(int error) {
    if (over) return;
    over = true;
    end().reset(error);
  }

  /** The other side has forgotten this stream. */
  void absentThere(int error) {
    boolean bothEnded = done || (outgoing.finished() && incoming.endConsumed());
    if (over) return;
    over = true;
    if (bothEnded) end().over();
    else end().reset(error);
  }

  Position position() {
    return Position.newBuilder()
        .setStream(number)
        .setReceived(incoming.received())
        .setEnded(incoming.ended())
        .setOpened(incoming.opening() != null)
        .setSendsFrom(outgoing.acknowledged())
        .build();
  }

  StreamState state() {
    StreamState.Builder state =
        StreamState.newBuilder()
            .setStream(number)
            .setAcknowledged(outgoing.acknowledged())
            .setKept(outgoing.kept())
            .setFinished(outgoing.finished())
            .setFinishAcknowledged(outgoing.finishAcknowledged())
            .setConsumed(incoming.consumed())
            .setEndConsumed(incoming.endConsumed());
    ByteString sent = outgoing.opening(), received = incoming.opening();
    if (sent != null) state.setOpening(sent);
    if (received != null) state.setReceivedOpening(received);
    return state.build();
  }

  /** Where the other side stands, whatever there was before. */
  void goOn(Position theirs) {
    outgoing.moveTo(theirs.getReceived());
    incoming.restore(theirs.getSendsFrom(), false, incoming.opening());
  }

  /** Both directions had ended when it was found: it may be that the other side knows. */
  void done() {
    done = true;
  }

  void restore(StreamState state) {
    outgoing.restore(
        state.getAcknowledged(),
        state.getKept(),
        state.getFinished(),
        state.getFinishAcknowledged());
    if (state.hasOpening()) outgoing.opening(state.getOpening());
    incoming.restore(
        state.getConsumed(),
        state.getEndConsumed(),
        state.hasReceivedOpening() ? state.getReceivedOpening() : null);
  }
}
