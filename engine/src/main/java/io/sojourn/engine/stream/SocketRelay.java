package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.channel.unix.Errors;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
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
  private ByteString ahead = ByteString.EMPTY;
  private long dropped;
  private boolean inputHeld;
  private boolean inputEnded;
  private boolean outputEnding;
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

  /** Called once, when the socket's connect is done; not where it fails. */
  public SocketRelay whenOpen(Runnable told) {
    whenOpen = told;
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
    if (done || stream().isOver()) close();
    else made.register(stream().loop());
  }

  /** Of the bytes to be dropped, those still to come. */
  public long leftToDrop() {
    return toDrop - dropped;
  }

  /** The socket of a frozen relay; null where it was never connected. */
  public @Nullable RawSocket socket() {
    return frozen && handle != null ? handle.socket() : null;
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
    ByteBuffer buffer = SocketHandle.buffer();
    for (int turn = 0; at.readable && !inputHeld && !inputEnded && !done && stream().writable(); ) {
      int count = at.read(buffer.clear());
      if (count < 0) {
        inputEnded = true;
        stream().finish();
      }
      if (count <= 0) return;
      turn += count;
      int drop = (int) Math.min(toDrop - dropped, count);
      dropped += drop;
      byte[] bytes = new byte[count - drop];
      buffer.position(drop).get(bytes);
      stream().send(UnsafeByteOperations.unsafeWrap(bytes));
      if (turn >= TURN) {
        another();
        return;
      }
    }
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
      written(at.write(buffer.flip()));
    }
    if (outputEnding && toWrite.isEmpty() && ahead.isEmpty()) endOutput(at);
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
    outputEnding = true;
    pump();
  }

  @Override
  public void reset(int error) {
    // The reset must reach the peer as one; a plain close would be an orderly end.
    if (handle != null && !done) handle.socket().resetOnClose();
    close();
  }

  @Override
  public void over() {
    close();
  }

  private void close() {
    boolean open = handle != null && !frozen;
    done = true;
    if (open && handle != null) handle.close();
    handle = null;
  }

  /** Stops at any byte. The socket stays open, for whoever takes it. */
  @Override
  public void freeze() {
    frozen = true;
    if (handle != null) handle.detach();
  }

  @Override
  public void thaw() {
    frozen = false;
    if (handle != null) connected(handle.socket());
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
