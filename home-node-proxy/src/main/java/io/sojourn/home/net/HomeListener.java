package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.StreamEnd;
import java.util.function.Consumer;

/** Listens at home for a task that is away, for as long as its stream lasts. */
final class HomeListener implements StreamEnd {
  private final ByteStream stream;
  private final EpollServerSocketChannel channel;

  private HomeListener(ByteStream stream, EpollServerSocketChannel channel) {
    this.stream = stream;
    this.channel = channel;
  }

  /** Connections that wait in the socket already come first. */
  static HomeListener start(ByteStream stream, RawSocket socket, Consumer<RawSocket> accepted) {
    EpollServerSocketChannel channel = new EpollServerSocketChannel(socket.descriptor());
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object child) {
                EpollSocketChannel one = (EpollSocketChannel) child;
                RawSocket connection = RawSocket.copyOf(one.fd().intValue());
                one.unsafe().closeForcibly();
                accepted.accept(connection);
              }
            });
    stream.loop().register(channel);
    return new HomeListener(stream, channel);
  }

  @Override
  public void data(ByteString bytes) {
    stream.consumed(bytes.size());
  }

  /** The task does not listen any more. */
  @Override
  public void ended() {
    channel.close();
    stream.endConsumed();
    stream.finish();
  }

  @Override
  public void reset(int error) {
    channel.close();
  }

  @Override
  public void freeze() {
    channel.close();
  }
}
