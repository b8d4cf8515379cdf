package io.sojourn.engine.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Errors;
import io.sojourn.engine.linux.Errno;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A socket as the end of a stream: bytes, half-closes and resets go through both ways. Everything
 * happens on the session's loop, with which the socket's channel must be registered.
 */
public final class SocketRelay extends ChannelInboundHandlerAdapter implements StreamEnd {
  private final Deque<ByteString> early = new ArrayDeque<>();
  private final long toDrop;
  private @Nullable ByteStream stream;
  private @Nullable Channel channel;
  private long dropped;
  private boolean earlyEnd;
  private boolean outputEnded;
  private boolean frozen;
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

  /** The socket is there, connected and registered; reading begins. */
  public void connected(Channel socket) {
    channel = socket;
    socket.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    socket.pipeline().addLast(this);
    for (ByteString bytes; (bytes = early.poll()) != null; ) write(socket, bytes);
    if (earlyEnd) endAfterWrites(socket);
    if (stream().isOver()) close();
    else socket.config().setAutoRead(stream().writable());
  }

  /** A connected socket by its descriptor, which is the relay's from now on. */
  public void adopt(int descriptor) {
    EpollSocketChannel socket = new EpollSocketChannel(descriptor);
    socket.config().setAutoRead(false);
    stream()
        .loop()
        .register(socket)
        .addListener(
            registered -> {
              if (registered.isSuccess()) connected(socket);
              else fail(registered.cause());
            });
  }

  /** The other direction was ended by somebody else: not to be done here again. */
  public SocketRelay outputEnded() {
    outputEnded = true;
    return this;
  }

  /** Bytes that were read and not for the stream: how many of {@code toDrop} are still to come. */
  public long leftToDrop() {
    return toDrop - dropped;
  }

  // From the socket.

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf buffer = (ByteBuf) message;
    try {
      int drop = (int) Math.min(toDrop - dropped, buffer.readableBytes());
      if (drop > 0) {
        dropped += drop;
        buffer.skipBytes(drop);
      }
      if (!buffer.isReadable() || frozen) return;
      byte[] bytes = new byte[buffer.readableBytes()];
      buffer.readBytes(bytes);
      stream().send(UnsafeByteOperations.unsafeWrap(bytes));
    } finally {
      buffer.release();
    }
    if (!stream().writable()) context.channel().config().setAutoRead(false);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !frozen) stream().finish();
    context.fireUserEventTriggered(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!done && !frozen) fail(new ConnectException("closed"));
  }

  private void fail(Throwable cause) {
    if (done || frozen) return;
    done = true;
    stream().reset(errno(cause));
    if (channel != null) channel.close();
  }

  /** The number that the kernel gave; ECONNRESET where none is known. */
  public static int errno(Throwable cause) {
    for (Throwable one = cause; one != null; one = one.getCause())
      if (one instanceof Errors.NativeIoException of && of.expectedErr() != 0)
        return Math.abs(of.expectedErr());
    return Errno.ECONNRESET;
  }

  // From the stream.

  @Override
  public void writable() {
    if (channel != null && !frozen) channel.config().setAutoRead(true);
  }

  @Override
  public void data(ByteString bytes) {
    if (channel == null) early.add(bytes);
    else write(channel, bytes);
  }

  private void write(Channel socket, ByteString bytes) {
    socket
        .writeAndFlush(Unpooled.wrappedBuffer(bytes.asReadOnlyByteBuffer()))
        .addListener(
            (ChannelFuture written) -> {
              if (frozen) return;
              if (written.isSuccess()) stream().consumed(bytes.size());
              else if (!done) fail(written.cause());
            });
  }

  @Override
  public void ended() {
    if (channel == null) earlyEnd = true;
    else endAfterWrites(channel);
  }

  private void endAfterWrites(Channel socket) {
    if (outputEnded) {
      stream().endConsumed();
      return;
    }
    // Netty shuts down at once; an empty write tells when what is before it has gone.
    socket
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            (ChannelFuture written) -> {
              if (frozen || done) return;
              if (!written.isSuccess()) {
                fail(written.cause());
                return;
              }
              ((DuplexChannel) socket)
                  .shutdownOutput()
                  .addListener(
                      shut -> {
                        if (!frozen) stream().endConsumed();
                      });
            });
  }

  @Override
  public void reset(int error) {
    done = true;
    if (channel == null) return;
    // The reset must reach the peer as one; a plain close would be an orderly end.
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.close();
  }

  @Override
  public void over() {
    close();
  }

  private void close() {
    done = true;
    if (channel != null) channel.close();
  }

  /** Stops at any byte. The socket stays open, and whoever has its descriptor decides about it. */
  @Override
  public void freeze() {
    frozen = true;
    if (channel == null) return;
    channel.config().setAutoRead(false);
    ChannelOutboundBuffer left = channel.unsafe().outboundBuffer();
    // What is in the kernel already is consumed, also of a write that was done in part.
    if (left != null) stream().consumed(left.currentProgress());
    var unused = channel.deregister();
  }
}
