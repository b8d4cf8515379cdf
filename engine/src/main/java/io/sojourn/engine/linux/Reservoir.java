package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A pipe between this process and a pipe or terminal that has no memory of its own of what was read
 * from it or written to it. Bytes move between the two by splice(2), which a kill does not cut in
 * two: they are in one or in the other. Whoever opens it after this process, by way of another that
 * has it open, finds by a mark where it stands.
 *
 * <p>The mark tells which of two states it is in. While it fills, the mark is the stream's offset
 * of its first byte, so that bytes may come behind. While it empties, the mark is the offset behind
 * its last byte, so that the first ones may go; which one is the first tells their number.
 */
public final class Reservoir implements AutoCloseable {
  /** Outlives this process. */
  public interface Mark {
    long get();

    void set(long value);
  }

  private static final int SIZE = 256 << 10;
  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int EMPTIES = 1;
  private static final int EIO = 5;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEEK_OFF = 42;
  private static final int MSG_PEEK = 0x02;
  private static final int MSG_DONTWAIT = 0x40;

  static {
    // Netty's descriptors have no native code of their own.
    Epoll.ensureAvailability();
  }

  private final RawSocket pipe;
  private final RawSocket copy = RawPipe.made(SIZE);
  private final Mark mark;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
  private long first;

  private Reservoir(RawSocket pipe, Mark mark) {
    this.pipe = pipe;
    this.mark = mark;
  }

  /** A new one, at a stream's begin, of which no other process is to know. */
  public static Reservoir create() {
    return create(new OwnMark());
  }

  private static final class OwnMark implements Mark {
    private long value;

    @Override
    public long get() {
      return value;
    }

    @Override
    public void set(long value) {
      this.value = value;
    }
  }

  /** A new one, at a stream's begin. */
  public static Reservoir create(Mark mark) {
    mark.set(0);
    return new Reservoir(RawPipe.made(SIZE), mark);
  }

  /** An earlier process's. */
  public static Reservoir found(Path path, Mark mark) {
    Reservoir found = new Reservoir(RawPipe.both(path), mark);
    long value = mark.get();
    found.first = (value & EMPTIES) == 0 ? value >>> 1 : (value >>> 1) - found.pipe.unread();
    return found;
  }

  /** To be held by another process, too. */
  public int descriptor() {
    return pipe.descriptor();
  }

  /** Offset in the stream of its first byte. */
  public long first() {
    return first;
  }

  private void fills() {
    mark.set(first << 1);
  }

  private void empties() {
    mark.set((first + pipe.unread()) << 1 | EMPTIES);
  }

  /** What comes from there passes through this. */
  public KeptInput from(RawSocket source) {
    return new Input(source);
  }

  /** What is to go there passes through this. */
  public KeptOutput to(RawSocket target) {
    // What was being put in when a process died has not gone on, and comes again.
    if ((mark.get() & EMPTIES) == 0) discard(pipe, pipe.unread());
    return new Output(target);
  }

  /**
   * Offset in the stream of the first byte that has not come to it: where bytes stay with a socket
   * until they are dropped into this, of the first one in that socket.
   */
  public long behind() {
    return first + pipe.unread();
  }

  /**
   * What comes from a unix socket stays in its queue until it is dropped, and what is dropped is
   * counted by passing through this: the kernel does not count what was read from such a socket.
   */
  public KeptInput queueOf(RawSocket socket) {
    forget();
    return new Queue(socket);
  }

  /** What has come to it is not wanted any more. */
  private void forget() {
    int count = pipe.unread();
    empties();
    discard(pipe, count);
    first += count;
    fills();
  }

  /** As of splice(2); 0 where nothing can be moved now, -1 at the end. */
  private static int move(RawSocket from, RawSocket to, int most) throws IOException {
    try {
      int moved =
          (int)
              Libc.splice(from.descriptor(), null, to.descriptor(), null, most, SPLICE_F_NONBLOCK);
      return moved == 0 ? -1 : moved;
    } catch (LastErrorException failed) {
      int error = failed.getErrorCode();
      if (error == Errno.EAGAIN || error == Errno.EINTR) return 0;
      throw new NativeIoException("splice", -error);
    }
  }

  private void discard(RawSocket from, long count) {
    try {
      FileDescriptor descriptor = new FileDescriptor(from.descriptor());
      for (long left = count; left > 0; ) {
        int read = descriptor.read(buffer, 0, (int) Math.min(left, buffer.capacity()));
        if (read <= 0) return;
        left -= read;
      }
    } catch (IOException impossible) {
      throw new IllegalStateException("a pipe of ours cannot be read", impossible);
    }
  }

  private final class Input implements KeptInput {
    private final RawSocket source;
    private int looked;

    Input(RawSocket source) {
      this.source = source;
    }

    @Override
    public int look(ByteBuffer into) throws IOException {
      int moved = take(), there = pipe.unread();
      if (there <= looked) return moved < 0 ? -1 : 0;
      // SAFETY: numbers only. tee(2) copies from the pipe's begin, and takes nothing out.
      int copied = (int) Libc.syscall(Libc.SYS_TEE, pipe.descriptor(), copy.descriptor(), there, 2);
      if (copied <= looked) return 0;
      discard(copy, looked);
      int count =
          new FileDescriptor(copy.descriptor())
              .read(into, 0, Math.min(copied - looked, into.capacity()));
      discard(copy, copied - looked - count);
      looked += count;
      into.position(0).limit(count);
      return count;
    }

    /** A terminal whose other end nobody has any more says EIO. */
    private int take() throws IOException {
      try {
        return move(source, pipe, SIZE);
      } catch (NativeIoException failed) {
        if (failed.expectedErr() != -EIO) throw failed;
        return -1;
      }
    }

    @Override
    public long drop(long count) {
      long dropped = Math.min(count, looked);
      if (dropped <= 0) return 0;
      empties();
      discard(pipe, dropped);
      first += dropped;
      fills();
      looked -= (int) dropped;
      return dropped;
    }

    @Override
    public boolean makesRoom() {
      return true;
    }

    /** Nobody else looks at the pipe; and who goes on after this has sent what was looked at. */
    @Override
    public void release() {}
  }

  private final class Queue implements KeptInput {
    private final RawSocket socket;
    private boolean looks;
    private long looked;

    Queue(RawSocket socket) {
      this.socket = socket;
    }

    /** The kernel moves the place on by itself, and back when something is taken out. */
    @Override
    public int look(ByteBuffer into) throws IOException {
      if (!looks) socket.option(SOL_SOCKET, SO_PEEK_OFF, (int) looked);
      looks = true;
      // SAFETY: the buffer is direct, and reachable until the call is over.
      Pointer memory = Native.getDirectBufferPointer(into);
      long count = Libc.recv(socket.descriptor(), memory, into.capacity(), MSG_PEEK | MSG_DONTWAIT);
      if (count == 0) return -1;
      if (count < 0) {
        int error = Native.getLastError();
        if (error == Errno.EAGAIN || error == Errno.EINTR) return 0;
        // It was closed there without reading all that was sent; of what came nothing is lost.
        if (error == Errno.ECONNRESET) return -1;
        throw new NativeIoException("recv", -error);
      }
      looked += count;
      into.position(0).limit((int) count);
      return (int) count;
    }

    @Override
    public long drop(long count) {
      long wanted = Math.min(count, looked), dropped = 0;
      while (dropped < wanted) {
        int moved = move((int) Math.min(wanted - dropped, SIZE));
        if (moved <= 0) break;
        dropped += moved;
        forget();
      }
      looked -= dropped;
      return dropped;
    }

    private int move(int most) {
      try {
        return Reservoir.move(socket, pipe, most);
      } catch (IOException impossible) {
        throw new IllegalStateException("a socket's queue cannot be emptied", impossible);
      }
    }

    @Override
    public boolean makesRoom() {
      return true;
    }

    /** Whoever has the socket next may look into its queue, too. */
    @Override
    public void release() {
      socket.option(SOL_SOCKET, SO_PEEK_OFF, -1);
      looks = false;
    }
  }

  private final class Output implements KeptOutput {
    private final RawSocket target;

    Output(RawSocket target) {
      this.target = target;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int wanted = bytes.remaining();
      if (pipe.unread() == 0) {
        fills();
        new FileDescriptor(pipe.descriptor()).write(bytes, bytes.position(), bytes.limit());
        empties();
      }
      int moved = Math.max(0, move(pipe, target, wanted));
      first += moved;
      return moved;
    }
  }

  @Override
  public void close() {
    pipe.close();
    copy.close();
  }
}
