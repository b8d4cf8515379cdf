package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import io.netty.channel.EventLoop;
import io.sojourn.protocol.stream.Acknowledge;
import io.sojourn.protocol.stream.Attach;
import io.sojourn.protocol.stream.Consumed;
import io.sojourn.protocol.stream.Data;
import io.sojourn.protocol.stream.Position;
import io.sojourn.protocol.stream.Reset;
import io.sojourn.protocol.stream.SessionState;
import io.sojourn.protocol.stream.StreamFrame;
import io.sojourn.protocol.stream.StreamState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One side of all streams of a task between home and a guest node. It lives on one event loop, on
 * which every call must come, and outlives the calls that carry it.
 */
public final class StreamSession {
  private static final int ECONNRESET = 104;
  private static final long ACKNOWLEDGE_WITHIN_MILLIS = 5;
  private static final int MAX_STREAMS = 1 << 16;

  /**
   * For so long what is begun while the other side is lost waits for it. It may just have come
   * back, and be reached by another connection already: what that carries works then.
   */
  private static final long LOST_GRACE_MILLIS = 2_000;

  /** Which side this is. The guest node opens odd streams, home even ones. */
  public enum Side {
    GUEST,
    HOME
  }

  private final String task;
  private final Side side;
  private final EventLoop loop;
  private final StreamAcceptor acceptor;
  private final Map<Long, ByteStream> streams = new LinkedHashMap<>();
  private final Deque<ByteStream> sending = new ArrayDeque<>();
  private final Map<Long, ByteStream> owing = new LinkedHashMap<>();
  private final Map<Long, Integer> resets = new LinkedHashMap<>();
  private final List<ByteStream> apart = new ArrayList<>();
  private final Set<Long> unopened = new HashSet<>();
  private @Nullable Wire wire;
  private long next;
  private long highestSeen;
  private boolean acknowledging;
  private boolean pumping;
  private boolean closed;
  private boolean lost;
  private boolean otherLost;

  public StreamSession(String task, Side side, EventLoop loop, StreamAcceptor acceptor) {
    this.task = task;
    this.side = side;
    this.loop = loop;
    this.acceptor = acceptor;
    this.next = side == Side.GUEST ? 1 : 2;
  }

  /** What a stream of a restored session leads to. */
  @FunctionalInterface
  public interface Ends {
    StreamEnd of(ByteStream stream, StreamState state);
  }

  /** Puts a session together again that {@link #freeze} took apart. */
  public void restore(SessionState state, Ends ends) {
    next = Math.max(next, state.getNext());
    highestSeen = state.getHighestSeen();
    for (StreamState one : state.getStreamsList()) {
      ByteStream stream = new ByteStream(this, one.getStream());
      stream.restore(one);
      streams.put(stream.number(), stream);
      stream.end(ends.of(stream, one));
    }
  }

  public String task() {
    return task;
  }

  public EventLoop loop() {
    return loop;
  }

  public boolean attached() {
    return wire != null;
  }

  /** Frozen or closed: no call may speak for it any more. */
  public boolean isOver() {
    return closed;
  }

  public int size() {
    return streams.size();
  }

  /** Bytes of all streams that the other side has not acknowledged. */
  long kept() {
    long kept = 0;
    for (ByteStream stream : streams.values()) kept += stream.outgoing().unacknowledged();
    return kept;
  }

  /** Opens a stream. The opening says to the other side what it is for. */
  public ByteStream open(ByteString opening, StreamEnd end) {
    ByteStream stream = new ByteStream(this, next);
    next += 2;
    stream.end(end);
    stream.outgoing().opening(opening);
    if (closed) {
      loop.execute(() -> stream.resetByOther(ECONNRESET));
      return stream;
    }
    streams.put(stream.number(), stream);
    if (otherLost)
      loop.schedule(
          () -> {
            if (otherLost && streams.get(stream.number()) == stream) loseOther(stream);
          },
          LOST_GRACE_MILLIS,
          TimeUnit.MILLISECONDS);
    wantsToSend(stream);
    return stream;
  }

  /**
   * Whether the other side is lost, as far as the task is concerned: what waits for it fails, and
   * what is begun meanwhile.
   */
  public void otherLost(boolean is) {
    otherLost = is;
    if (is) List.copyOf(streams.values()).forEach(StreamSession::loseOther);
  }

  private static void loseOther(ByteStream stream) {
    if (!stream.isOver()) stream.end().otherLost();
  }

  /**
   * Takes everything apart. The session is over, its state goes on elsewhere; or here, after {@link
   * #thaw}.
   */
  public SessionState freeze() {
    SessionState.Builder state =
        SessionState.newBuilder().setTask(task).setNext(next).setHighestSeen(highestSeen);
    for (ByteStream stream : List.copyOf(streams.values())) {
      stream.end().freeze();
      state.addStreams(stream.state());
      apart.add(stream);
    }
    closed = true;
    streams.clear();
    detach("the streams are taken apart");
    return state.build();
  }

  /** Undoes {@link #freeze}: every stream goes on at its byte, once a call holds again. */
  public void thaw() {
    closed = false;
    for (ByteStream stream : apart) if (!stream.isOver()) streams.put(stream.number(), stream);
    apart.clear();
    for (ByteStream stream : List.copyOf(streams.values())) stream.end().thaw();
  }

  /**
   * It goes on for one that is gone. But for those that are {@link #found}, the other side's
   * streams are no more; those that were not answered are opened again.
   *
   * @param generation the how-manieth it is of this task, so that no number is given twice
   */
  public void lost(int generation) {
    lost = true;
    next += (long) generation << 32;
  }

  /**
   * A stream that goes on.
   *
   * @param done both directions have ended as far as is known here
   */
  public ByteStream found(StreamState state, boolean done, Ends ends) {
    ByteStream stream = new ByteStream(this, state.getStream());
    stream.restore(state);
    if (done) stream.done();
    streams.put(stream.number(), stream);
    if (!openedHere(stream.number())) highestSeen = Math.max(highestSeen, stream.number());
    stream.end(ends.of(stream, state));
    return stream;
  }

  /** The other side stands so; before {@link #position} is said to it. */
  void meets(Attach theirs) {
    if (!lost) return;
    lost = false;
    for (Position one : theirs.getPositionsList()) {
      ByteStream known = streams.get(one.getStream());
      if (known != null && known.end().onlyTheLatest()) known.goOn(one);
      if (known != null) known.end().met(one.getReceived(), one.getEnded());
      else if (!openedHere(one.getStream())) meetsUnknown(one);
    }
  }

  private void meetsUnknown(Position one) {
    highestSeen = Math.max(highestSeen, one.getStream());
    boolean fresh = !one.getOpened() && one.getReceived() == 0 && one.getSendsFrom() == 0;
    if (fresh) unopened.add(one.getStream());
  }

  /** Ends every stream, here and there. */
  public void close(int error) {
    closed = true;
    for (ByteStream stream : List.copyOf(streams.values())) {
      stream.reset(error);
      stream.end().reset(error);
    }
    detach("the session is closed");
  }

  /** Breaks the call; a guest node calls again. */
  public void detach(String why) {
    Wire old = wire;
    wire = null;
    if (old != null) old.close(why);
  }

  // What follows is between the session, its calls and its streams.

  boolean openedHere(long stream) {
    return (stream & 1) == (side == Side.GUEST ? 1 : 0);
  }

  /** Where this side stands: the first message of a call. */
  Attach position() {
    Attach.Builder attach = Attach.newBuilder().setTask(task).setHighestOpened(highestSeen);
    streams.values().forEach(stream -> attach.addPositions(stream.position()));
    unopened.forEach(stream -> attach.addPositions(Position.newBuilder().setStream(stream)));
    return attach.build();
  }

  /** A new call holds, and the other side has said where it stands. */
  void attachChecked(Wire fresh, Attach theirs) {
    try {
      attach(fresh, theirs);
    } catch (WireException wrong) {
      detach(String.valueOf(wrong.getMessage()));
    }
  }

  private void attach(Wire fresh, Attach theirs) {
    if (closed) {
      fresh.close("the session is over");
      return;
    }
    if (wire != null && wire != fresh) detach("another call took over");
    wire = fresh;
    sending.forEach(stream -> stream.queued = false);
    sending.clear();
    Map<Long, Position> positions = new LinkedHashMap<>();
    theirs.getPositionsList().forEach(one -> positions.put(one.getStream(), one));
    for (ByteStream stream : List.copyOf(streams.values())) {
      Position position = positions.get(stream.number());
      boolean unseen = openedHere(stream.number()) && stream.number() > theirs.getHighestOpened();
      if (position == null && !unseen) {
        streams.remove(stream.number());
        stream.absentThere(ECONNRESET);
        continue;
      }
      if (position == null)
        stream.outgoing().resume(stream.outgoing().acknowledged(), false, false);
      else
        stream.outgoing().resume(position.getReceived(), position.getEnded(), position.getOpened());
      owing.put(stream.number(), stream);
      stream.owing = true;
      wantsToSend(stream);
    }
    resets.forEach((stream, error) -> fresh.send(reset(stream, error)));
    resets.clear();
    acknowledge();
    pump();
  }

  void detached(Wire old) {
    if (wire == old) wire = null;
  }

  /** The wire takes frames again. */
  void pump() {
    if (pumping) return;
    pumping = true;
    try {
      while (wire != null && wire.isReady()) {
        ByteStream stream = sending.poll();
        if (stream == null) return;
        stream.queued = false;
        if (!stream.hasWork()) continue;
        Data data = stream.take();
        if (stream.hasWork()) wantsToSend(stream);
        wire.send(StreamFrame.newBuilder().setData(data).build());
      }
    } finally {
      pumping = false;
    }
  }

  void wantsToSend(ByteStream stream) {
    if (!stream.queued) {
      stream.queued = true;
      sending.add(stream);
    }
    pump();
  }

  void receive(Wire from, StreamFrame frame) {
    if (from != wire) return;
    try {
      switch (frame.getKindCase()) {
        case DATA -> receive(frame.getData());
        case ACKNOWLEDGE -> frame.getAcknowledge().getConsumedList().forEach(this::acknowledged);
        case RESET -> receive(frame.getReset());
        case ATTACH, KIND_NOT_SET -> throw new WireException("a frame out of order");
      }
    } catch (WireException wrong) {
      detach(String.valueOf(wrong.getMessage()));
    }
  }

  private void receive(Data data) {
    ByteStream stream = streams.get(data.getStream());
    if (stream == null) stream = accept(data);
    if (stream != null) stream.receive(data);
  }

  /** A stream that the other side opens; null where it is one that is over here. */
  private @Nullable ByteStream accept(Data data) {
    long number = data.getStream();
    if (openedHere(number) || (number <= highestSeen && !unopened.remove(number))) return null;
    if (!data.getHasOpening() || data.getOffset() != 0)
      throw new WireException("a stream without an opening");
    if (streams.size() >= MAX_STREAMS) throw new WireException("too many streams");
    highestSeen = Math.max(highestSeen, number);
    ByteStream stream = new ByteStream(this, number);
    stream.incoming().open(data.getOpening());
    streams.put(number, stream);
    stream.end(acceptor.accept(stream, data.getOpening()));
    return stream.isOver() ? null : stream;
  }

  private void receive(Reset reset) {
    ByteStream stream = streams.remove(reset.getStream());
    if (stream != null) stream.resetByOther(reset.getError());
  }

  private void acknowledged(Consumed consumed) {
    ByteStream stream = streams.get(consumed.getStream());
    if (stream == null) return;
    stream.acknowledged(consumed.getOffset(), consumed.getEnded());
    if (stream.hasWork()) wantsToSend(stream);
  }

  void sendReset(ByteStream stream, int error) {
    streams.remove(stream.number());
    if (wire != null) wire.send(reset(stream.number(), error));
    else resets.put(stream.number(), error);
  }

  private static StreamFrame reset(long stream, int error) {
    return StreamFrame.newBuilder()
        .setReset(Reset.newBuilder().setStream(stream).setError(error))
        .build();
  }

  void forget(ByteStream stream) {
    streams.remove(stream.number());
  }

  /** Acknowledgements wait for others for a moment, unless the sender may be waiting for them. */
  void owesAcknowledgement(ByteStream stream, boolean atOnce) {
    if (!stream.owing) {
      stream.owing = true;
      owing.put(stream.number(), stream);
    }
    if (atOnce) acknowledge();
    else if (!acknowledging) {
      acknowledging = true;
      loop.schedule(
          () -> {
            acknowledging = false;
            acknowledge();
          },
          ACKNOWLEDGE_WITHIN_MILLIS,
          TimeUnit.MILLISECONDS);
    }
  }

  private void acknowledge() {
    Wire to = wire;
    if (to == null || owing.isEmpty()) return;
    List<ByteStream> all = new ArrayList<>(owing.values());
    owing.clear();
    Acknowledge.Builder frame = Acknowledge.newBuilder();
    for (ByteStream stream : all) {
      stream.owing = false;
      if (stream.isOver()) continue;
      Incoming incoming = stream.incoming();
      frame.addConsumed(
          Consumed.newBuilder()
              .setStream(stream.number())
              .setOffset(incoming.consumed())
              .setEnded(incoming.endConsumed()));
      incoming.acknowledged();
    }
    to.send(StreamFrame.newBuilder().setAcknowledge(frame).build());
    all.forEach(ByteStream::endIfDone);
  }
}
