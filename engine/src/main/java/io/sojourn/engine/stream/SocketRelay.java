package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.channel.unix.Errors;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.KeptInput;
import io.sojourn.engine.linux.KeptOutput;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.ReceiveQueue;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A socket as the end of a stream: bytes, half-closes and resets go through both ways. Everything
 * happens on the session's loop.
 */
public final class SocketRelay implements StreamEnd {
  /** Others have their turn after so many bytes. */
  private static final int TURN = 1 << 20;

  private final Deque<ByteString> toWrite = new ArrayDeque<>();
  private final long toDrop;
  private @Nullable ByteStream stream;
  private @Nullable SocketHandle handle;
  private @Nullable Runnable whenOpen;
  private @Nullable KeptInput queue;
  private @Nullable KeptOutput sink;
  private @Nullable Consumer<RawSocket> closing;
  private long looked; // offset in the stream of what was looked at, where it stays in the queue
  private long taken; // offset in the stream of the queue's first byte
  private BooleanSupplier noReader = () -> false;
  private int shuts = -1;
  private ByteString ahead = ByteString.EMPTY;
  private long dropped;
  private boolean inputHeld;
  private boolean inputEnded;
  private boolean outputEnding;
  private boolean endedThere;
  private boolean resetThere;
  private boolean outputEnded;
  private boolean turnWaits;
  private boolean frozen;
  private boolean lost;
  private boolean done;

  public SocketRelay() {
    this(0);
  }

  /**
   * @param toDrop so many bytes from the socket are not for the stream: the other side has them
   */
  public SocketRelay(long toDrop) {
    this.toDrop = toDrop;
  }

  /** The stream that the socket is an end of; before anything else. */
  public SocketRelay of(ByteStream stream) {
    this.stream = stream;
    return this;
  }

  public ByteStream stream() {
    if (stream == null) throw new IllegalStateException("a relay without a stream");
    return stream;
  }

  /** These bytes go to the socket before what the stream brings. */
  public SocketRelay first(ByteString bytes) {
    ahead = bytes;
    return this;
  }

  /** The direction to the socket was ended by somebody else: not to be done here again. */
  public SocketRelay outputEnded() {
    outputEnded = true;
    return this;
  }

  /** Nothing is to be read from the socket. */
  public SocketRelay writeOnly() {
    inputEnded = true;
    return this;
  }

  /** Nothing is to be written to the socket, which another relay writes to, or ends. */
  public SocketRelay readOnly() {
    return outputEnded();
  }

  /** Called once, when the socket's connect is done; not where it fails. */
  public SocketRelay whenOpen(Runnable told) {
    whenOpen = told;
    return this;
  }

  /**
   * What comes from the socket stays in its queue until the other side has handed it on, where the
   * kernel can do that: whoever has the socket after this process finds it there.
   *
   * @param closing called once, before the socket is closed
   */
  public SocketRelay keeps(Consumer<RawSocket> closing) {
    this.closing = closing;
    return this;
  }

  /** What comes from the pipe or terminal is looked at there. Before it is connected. */
  public SocketRelay keeps(KeptInput queue) {
    this.queue = queue;
    return this;
  }

  /** What goes to the pipe or terminal is written there. Before it is connected. */
  public SocketRelay through(KeptOutput sink) {
    this.sink = sink;
    return this;
  }

  /**
   * A reset of the stream ends a direction of the socket for all who have it.
   *
   * @param how as of shutdown(2)
   */
  public SocketRelay shuts(int how) {
    shuts = how;
    return this;
  }

  /**
   * Where the socket's other end hangs up, and is gone, nobody will read what the stream brings.
   *
   * @param gone asked then: both ends may have ended their direction and be there still
   */
  public SocketRelay noReader(BooleanSupplier gone) {
    noReader = gone;
    return this;
  }

  /**
   * It goes on with a socket that an earlier process has served.
   *
   * @param taken offset in the stream of the queue's first byte
   */
  public SocketRelay from(long taken) {
    this.taken = taken;
    this.looked = taken;
    return this;
  }

  /** While it is held, nothing is read from the socket. */
  public void holdInput(boolean hold) {
    inputHeld = hold;
    if (!hold) pump();
  }

  /** The socket is there, connected and not blocking; it is the relay's from now on. */
  public void connected(RawSocket socket) {
    SocketHandle made = new SocketHandle(socket, this::pump);
    handle = made;
    if (closing != null && (queue == null || !queue.makesRoom()) && sink == null)
      queue =
          ReceiveQueue.of(socket, (int) (looked - taken + toDrop - dropped), ByteStream.WINDOW)
              .orElse(null);
    if (queue != null) dropped += queue.drop(toDrop - dropped);
    if (done || stream().isOver()) close();
    else {
      made.register(stream().loop());
      // There may be bytes that an earlier process has taken in, of which there is no news.
      made.readable = queue != null && queue.makesRoom();
      if (made.readable) stream().loop().execute(this::pump);
    }
  }

  /** Of the bytes that come from the socket next, those that the stream has or must not have. */
  public long leftToDrop() {
    return toDrop - dropped + (queue == null ? 0 : looked - taken);
  }

  /** Offset in the stream of the first byte that the socket's queue has, which may be before it. */
  public long queueOffset() {
    return taken - (toDrop - dropped);
  }

  /** Offset in the stream behind what was written to the socket, which may be before it. */
  public long writtenOffset() {
    return stream().given() - ahead.size();
  }

  /** The other side has had so much from an earlier process of ours: it goes on from there. */
  @Override
  public void met(long received, boolean ended) {
    SocketHandle at = handle;
    try {
      while (at != null && looked < received && look(at, received - looked) > 0) continue;
    } catch (IOException failed) {
      fail(failed);
      return;
    }
    if (looked < received) stream().reset(Errno.ECONNRESET);
    else if (ended && !inputEnded) endInput();
  }

  /** The socket that it serves just now, if any. */
  public @Nullable RawSocket served() {
    return frozen || handle == null ? null : handle.socket();
  }

  /** The socket of a frozen relay; null where it was never connected. */
  public @Nullable RawSocket socket() {
    return frozen && handle != null ? handle.socket() : null;
  }

  /** The socket's own address; another where there is no socket. */
  public InetSocketAddress local(InetSocketAddress other) {
    return handle == null ? other : handle.socket().local();
  }

  /** Of the bytes that go first, those that have not reached the socket. */
  public ByteString unwritten() {
    return ahead;
  }

  private void pump() {
    SocketHandle at = handle;
    if (at == null || done || frozen) return;
    try {
      if (at.writable) write(at);
      if (!done && at.readable) read(at);
      if (!done && at.writable) opened();
      if (!done && at.hungUp && noReader.getAsBoolean())
        throw new Errors.NativeIoException("write", -Errno.EPIPE);
    } catch (IOException failed) {
      fail(failed);
    }
  }

  /** What failed has shown that in being read. */
  private void opened() {
    Runnable told = whenOpen;
    whenOpen = null;
    if (told != null) told.run();
  }

  private void read(SocketHandle at) throws IOException {
    for (int turn = 0; at.readable && !inputHeld && !inputEnded && !done && stream().writable(); ) {
      int count = look(at, Integer.MAX_VALUE);
      if (count < 0) endInput();
      if (count <= 0) return;
      turn += count;
      if (turn >= TURN) {
        another();
        return;
      }
    }
  }

  private void endInput() {
    inputEnded = true;
    stream().finish();
  }

  /** Sends what comes next; -1 at the end, 0 where nothing is there. */
  private int look(SocketHandle at, long limit) throws IOException {
    ByteBuffer buffer = SocketHandle.buffer();
    if (limit < buffer.capacity()) buffer = buffer.slice(0, (int) limit);
    KeptInput kept = queue;
    int count = kept == null ? read(at, buffer) : at.look(kept, buffer);
    if (count <= 0) return count;
    int drop = kept == null ? (int) Math.min(toDrop - dropped, count) : 0;
    dropped += drop;
    byte[] bytes = new byte[count - drop];
    buffer.position(drop).get(bytes);
    looked += bytes.length;
    stream().send(UnsafeByteOperations.unsafeWrap(bytes));
    return count;
  }

  /**
   * Who closes a unix socket without having read everything leaves an error behind what was sent.
   * As a reset of the stream it would overtake that.
   */
  private int read(SocketHandle at, ByteBuffer buffer) throws IOException {
    try {
      return at.read(buffer);
    } catch (Errors.NativeIoException failed) {
      if (shuts < 0 || failed.expectedErr() != -Errno.ECONNRESET) throw failed;
      return -1;
    }
  }

  @Override
  public void acknowledged() {
    KeptInput kept = queue;
    if (kept != null) taken += kept.drop(stream().taken() - taken);
    SocketHandle at = handle;
    if (kept == null || at == null || !kept.makesRoom()) return;
    at.readable = true;
    pump();
  }

  /**
   * Of a frozen relay: the other side has handed on everything up to this offset in the stream,
   * which is therefore taken out of the socket's queue.
   */
  public void took(long offset) {
    KeptInput kept = queue;
    if (kept != null) taken += kept.drop(offset - taken);
  }

  /** Says consumed for what has been handed on by now, where that is found out by looking. */
  public void look() throws IOException {
    KeptOutput through = sink;
    if (through != null && handle != null) written(through.write(SocketHandle.buffer().limit(0)));
  }

  private void another() {
    if (turnWaits) return;
    turnWaits = true;
    stream()
        .loop()
        .execute(
            () -> {
              turnWaits = false;
              pump();
            });
  }

  private void write(SocketHandle at) throws IOException {
    ByteBuffer buffer = SocketHandle.buffer();
    while (at.writable && !(ahead.isEmpty() && toWrite.isEmpty())) {
      buffer.clear();
      int first = Math.min(ahead.size(), buffer.remaining());
      ahead.substring(0, first).copyTo(buffer);
      for (ByteString bytes : toWrite) {
        int fits = Math.min(bytes.size(), buffer.remaining());
        (fits == bytes.size() ? bytes : bytes.substring(0, fits)).copyTo(buffer);
        if (!buffer.hasRemaining()) break;
      }
      written(write(at, buffer.flip()));
    }
    if (outputEnding && toWrite.isEmpty() && ahead.isEmpty()) endOutput(at);
  }

  private int write(SocketHandle at, ByteBuffer bytes) throws IOException {
    KeptOutput through = sink;
    if (through == null) return at.write(bytes);
    int count = through.write(bytes);
    if (count == 0) at.writable = false;
    return count;
  }

  private void written(int count) {
    int first = Math.min(count, ahead.size());
    ahead = ahead.substring(first);
    int left = count - first;
    if (left == 0) return;
    for (int rest = left; rest > 0; ) {
      ByteString bytes = toWrite.remove();
      if (bytes.size() > rest) toWrite.addFirst(bytes.substring(rest));
      rest -= Math.min(rest, bytes.size());
    }
    stream().consumed(left);
  }

  private void endOutput(SocketHandle at) {
    outputEnding = false;
    if (!outputEnded) at.socket().shutdownOutput();
    stream().endConsumed();
  }

  private void fail(IOException cause) {
    if (done || frozen) return;
    done = true;
    int error = cause instanceof Errors.NativeIoException known ? -known.expectedErr() : 0;
    // Written to a connection that was reset: the reset is what happened.
    stream().reset(error <= 0 || error == Errno.EPIPE ? Errno.ECONNRESET : error);
    close();
  }

  @Override
  public void writable() {
    pump();
  }

  @Override
  public void data(ByteString bytes) {
    toWrite.add(bytes);
    pump();
  }

  @Override
  public void ended() {
    endedThere = true;
    outputEnding = true;
    pump();
  }

  /** Whether the other side has said that no more will come. */
  public boolean endedThere() {
    return endedThere;
  }

  /** Whether the other side has reset the stream. */
  public boolean resetThere() {
    return resetThere;
  }

  @Override
  public void reset(int error) {
    resetThere = true;
    giveUp();
  }

  private void giveUp() {
    // The reset must reach the peer as one; a plain close would be an orderly end.
    if (handle != null && !done) {
      if (shuts < 0) handle.socket().resetOnClose();
      else handle.socket().shutdown(shuts);
    }
    close();
  }

  @Override
  public void otherLost() {
    stream().reset(Errno.ETIMEDOUT);
    giveUp();
  }

  @Override
  public void over() {
    // A close with bytes in the queue would be a reset.
    if (queue != null && !frozen) queue.drop(Integer.MAX_VALUE);
    close();
  }

  private void close() {
    boolean open = handle != null && !frozen;
    done = true;
    if (open && handle != null) {
      if (closing != null) closing.accept(handle.socket());
      handle.close();
    }
    handle = null;
    queue = null;
  }

  /** Stops at any byte. The socket stays open, for whoever takes it. */
  @Override
  public void freeze() {
    frozen = true;
    if (handle != null) handle.detach();
    if (queue != null) queue.release();
  }

  @Override
  public void thaw() {
    frozen = false;
    // Whoever was to have it may have made it block.
    if (handle != null) connected(handle.socket().notBlocking());
    if (lost) stream().reset(Errno.ECONNRESET);
  }

  /** Of a frozen relay: its socket was closed, and there is no other. */
  public void lost() {
    handle = null;
    lost = true;
  }

  /** Of a frozen relay: its socket was closed; this one is in its place, and takes these first. */
  public void replaced(RawSocket socket, ByteString first) {
    handle = new SocketHandle(socket, this::pump);
    ahead = first.concat(ahead);
  }
}
