package io.sojourn.engine.stream;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.sojourn.engine.linux.KeptInput;
import io.sojourn.engine.linux.RawSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A socket on an event loop, without a channel: it is told once what may be done, keeps that in
 * mind, and never changes its interest. (Netty 4.2.18's channels lose their registration when both
 * reading is paused and the peer has ended: EpollIoHandler forgets that it removed them.)
 */
public final class SocketHandle implements EpollIoHandle {
  private static final EpollIoOps EVERYTHING =
      EpollIoOps.EPOLLIN
          .with(EpollIoOps.EPOLLOUT)
          .with(EpollIoOps.EPOLLRDHUP)
          .with(EpollIoOps.EPOLLET);
  private static final int EPOLLHUP = 0x10;
  private static final int BUFFER = 256 << 10;
  private static final int EIO = 5;
  private static final ThreadLocal<ByteBuffer> BUFFERS =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER));

  private final RawSocket socket;
  private final FileDescriptor descriptor;
  private final Runnable ready;
  private @Nullable IoRegistration registration;
  private boolean detached;
  private boolean ends;
  boolean readable;
  boolean writable;
  boolean hungUp;

  /**
   * @param ready called on the loop whenever more may be done
   */
  public SocketHandle(RawSocket socket, Runnable ready) {
    this.socket = socket;
    this.descriptor = new FileDescriptor(socket.descriptor());
    this.ready = ready;
  }

  RawSocket socket() {
    return socket;
  }

  public void register(EventLoop loop) {
    ((IoEventLoop) loop)
        .register(this)
        .addListener(
            future -> {
              if (!future.isSuccess()) return;
              IoRegistration made = (IoRegistration) future.getNow();
              registration = made;
              if (detached) made.cancel();
              else made.submit(EVERYTHING);
            });
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  @Override
  public void handle(IoRegistration from, IoEvent event) {
    EpollIoOps ops = ((EpollIoEvent) event).ops();
    boolean broken = ops.contains(EpollIoOps.EPOLLERR) || (ops.value() & EPOLLHUP) != 0;
    ends |= broken || ops.contains(EpollIoOps.EPOLLRDHUP);
    readable |= ends || ops.contains(EpollIoOps.EPOLLIN);
    hungUp |= (ops.value() & EPOLLHUP) != 0;
    writable |= broken || ops.contains(EpollIoOps.EPOLLOUT);
    if (!detached) ready.run();
  }

  /** The buffer of this thread, empty. */
  static ByteBuffer buffer() {
    return BUFFERS.get().clear();
  }

  /** As of read(2): -1 at the end, 0 where nothing is there. Fills the buffer from its start. */
  int read(ByteBuffer buffer) throws IOException {
    int count = readOrEnd(buffer);
    if (count < buffer.capacity()) readable = count != 0 && count != -1 && readable;
    if (count > 0) buffer.position(0).limit(count);
    return count;
  }

  /** As {@link #read}; the bytes stay in the queue. */
  int look(KeptInput queue, ByteBuffer buffer) throws IOException {
    int count = queue.look(buffer);
    // Of what comes from now on there will be an event; of an end there may have been one already.
    if (count <= 0 || (count < buffer.capacity() && !ends)) readable = false;
    return count;
  }

  /** A terminal whose other end nobody has any more says EIO. */
  private int readOrEnd(ByteBuffer buffer) throws IOException {
    try {
      return descriptor.read(buffer, 0, buffer.capacity());
    } catch (Errors.NativeIoException failed) {
      if (failed.expectedErr() != -EIO) throw failed;
      return -1;
    }
  }

  /** As of write(2); what did not fit stays in the buffer. */
  int write(ByteBuffer buffer) throws IOException {
    int wanted = buffer.remaining();
    int count = descriptor.write(buffer, buffer.position(), buffer.limit());
    if (count < wanted) writable = false;
    return count;
  }

  /** As of write(2), and the buffer stays as it is; 0 where there is no room. */
  public int writeSome(ByteBuffer buffer) throws IOException {
    return descriptor.write(buffer, buffer.position(), buffer.limit());
  }

  /** No more events. The socket stays as it is. */
  public void detach() {
    detached = true;
    if (registration != null) registration.cancel();
  }

  @Override
  public void close() {
    if (!detached) detach();
    socket.close();
  }
}
