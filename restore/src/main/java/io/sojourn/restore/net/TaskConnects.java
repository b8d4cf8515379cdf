package io.sojourn.restore.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Connect;
import io.sojourn.protocol.connection.Opening;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The connects of the task: each is tried at home first, and accepted here when that was done. */
final class TaskConnects implements AutoCloseable {
  private static final int BACKLOG = 4_096;

  private record Ends(InetSocketAddress task, InetSocketAddress peer) {}

  private final GuestConnections connections;
  private final StreamSession session;
  private final GuestNetwork network;
  private final TaskListeners own;
  private final Map<Ends, HeldConnect> held = new HashMap<>();
  private final List<EpollServerSocketChannel> entrances = new ArrayList<>();
  private final SynHolder holder;

  private TaskConnects(
      GuestConnections connections, StreamSession session, GuestNetwork network, TaskListeners own)
      throws IOException {
    this.connections = connections;
    this.session = session;
    this.network = network;
    this.own = own;
    this.holder = SynHolder.start(network, syn -> session.loop().execute(() -> connect(syn)));
  }

  static TaskConnects start(
      GuestConnections connections, StreamSession session, GuestNetwork network, TaskListeners own)
      throws IOException {
    TaskConnects connects = new TaskConnects(connections, session, network, own);
    for (String any : List.of("0.0.0.0", "::")) {
      InetSocketAddress address = new InetSocketAddress(any, GuestNetwork.RELAY_PORT);
      RawSocket listening =
          network
              .namespace()
              .call(
                  () ->
                      RawSocket.tcp(address)
                          .reuseAddress()
                          .transparent()
                          .mark(MirrorSocket.MARK)
                          .bind(address)
                          .listen(BACKLOG));
      connects.entrance(listening.descriptor());
    }
    return connects;
  }

  private void entrance(int listening) {
    EpollServerSocketChannel entrance = new EpollServerSocketChannel(listening);
    entrance.pipeline().addLast(new Entrance());
    entrances.add(entrance);
    session.loop().register(entrance).syncUninterruptibly();
  }

  private final class Entrance extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      EpollSocketChannel channel = (EpollSocketChannel) accepted;
      RawSocket socket = RawSocket.copyOf(channel.fd().intValue()).noDelay();
      Ends ends = new Ends(channel.remoteAddress(), channel.localAddress());
      channel.unsafe().closeForcibly();
      HeldConnect connect = held.remove(ends);
      if (connect != null) {
        connect.accepted(socket);
        connections.carry(connect.relay(), ends.task(), ends.peer());
      } else {
        socket.resetOnClose();
        socket.close();
      }
    }
  }

  private void connect(SynPacket syn) {
    // What it says to itself it need not say at home; nor may it: a listener is known there later.
    if (network.isHere(syn.destination().getAddress()) && own.hear(syn.destination())) {
      holder.letPass(syn);
      return;
    }
    Ends ends = new Ends(syn.source(), syn.destination());
    HeldConnect before = held.get(ends);
    if (before != null && before.syn().sequence() == syn.sequence()) {
      before.again();
      return;
    }
    Opening opening =
        Opening.newBuilder()
            .setConnect(
                Connect.newBuilder()
                    .setLocal(Endpoints.of(syn.source()))
                    .setPeer(Endpoints.of(syn.destination())))
            .build();
    held.put(ends, HeldConnect.open(this, syn, opening.toByteString()));
  }

  StreamSession session() {
    return session;
  }

  SynHolder holder() {
    return holder;
  }

  void forget(HeldConnect connect) {
    held.remove(new Ends(connect.syn().source(), connect.syn().destination()), connect);
  }

  @Override
  public void close() throws IOException {
    entrances.forEach(entrance -> entrance.close().syncUninterruptibly());
    holder.close();
  }
}
