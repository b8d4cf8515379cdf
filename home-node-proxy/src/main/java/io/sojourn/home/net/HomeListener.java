package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import java.util.function.Consumer;

/** Listens at home for a task that is away, for as long as its stream lasts. */
final class HomeListener extends LentSocket {
  private final Consumer<RawSocket> accepted;
  private EpollServerSocketChannel channel;

  private HomeListener(
      ByteStream stream, RawSocket socket, Lending lending, Consumer<RawSocket> accepted) {
    super(stream, socket, lending);
    this.accepted = accepted;
    this.channel = listen(socket);
  }

  /** Connections that wait in the socket already come first. */
  static HomeListener start(
      ByteStream stream, RawSocket socket, Lending lending, Consumer<RawSocket> accepted) {
    return new HomeListener(stream, socket, lending, accepted);
  }

  private EpollServerSocketChannel listen(RawSocket socket) {
    EpollServerSocketChannel made = new EpollServerSocketChannel(socket.descriptor());
    made.pipeline()
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
    stream().loop().register(made);
    return made;
  }

  @Override
  public void data(ByteString bytes) {
    stream().consumed(bytes.size());
  }

  @Override
  RawSocket stop() {
    RawSocket same = RawSocket.copyOf(channel.fd().intValue());
    channel.close();
    return same;
  }

  @Override
  void hold(boolean hold) {
    if (channel.isOpen()) channel.config().setAutoRead(!hold);
  }

  @Override
  void goOn(RawSocket socket) {
    channel = listen(socket);
  }
}
