package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.engine.linux.DatagramReader;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.DatagramFrames;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketHandle;
import io.sojourn.protocol.connection.Datagram;
import java.net.InetSocketAddress;

/**
 * Home's socket for a datagram socket of a task that is away. Where the link is slow, datagrams are
 * lost.
 */
final class HomeDatagrams extends LentSocket {
  private final DatagramFrames frames = new DatagramFrames();
  private RawSocket socket;
  private DatagramReader reader;
  private SocketHandle handle;

  private HomeDatagrams(ByteStream stream, RawSocket socket, Lending lending) {
    super(stream, socket, lending);
    this.socket = socket;
    this.reader = new DatagramReader(socket);
    this.handle = new SocketHandle(socket, this::receive);
  }

  static HomeDatagrams start(ByteStream stream, RawSocket socket, Lending lending) {
    HomeDatagrams datagrams = new HomeDatagrams(stream, socket, lending);
    datagrams.handle.register(stream.loop());
    return datagrams;
  }

  @Override
  RawSocket stop() {
    handle.detach();
    return socket;
  }

  @Override
  void goOn(RawSocket other) {
    socket = other;
    reader = new DatagramReader(other);
    handle = new SocketHandle(other, this::receive);
    handle.register(stream().loop());
  }

  /** The task's port where it is free at home, else any. */
  static RawSocket bound(InetSocketAddress local, boolean v6Only) {
    RawSocket socket = RawSocket.datagrams(local, v6Only);
    try {
      return socket.bind(local);
    } catch (RawSocket.SocketException taken) {
      if (taken.error() == Errno.EADDRINUSE)
        return socket.bind(new InetSocketAddress(local.getAddress(), 0));
      socket.close();
      throw taken;
    }
  }

  private void receive() {
    for (DatagramReader.Received one; (one = reader.read()) != null; )
      if (stream().writable())
        stream()
            .send(
                DatagramFrames.of(
                    Datagram.newBuilder()
                        .setPeer(Endpoints.of(one.from()))
                        .setLocal(Endpoints.of(one.to()))
                        .setBytes(ByteString.copyFrom(one.bytes()))
                        .build()));
  }

  @Override
  public void data(ByteString bytes) {
    try {
      for (Datagram one : frames.take(bytes))
        socket.sendTo(one.getBytes().toByteArray(), Endpoints.socket(one.getPeer()));
      stream().consumed(bytes.size());
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      end();
      stream().reset(Errno.EINVAL);
    }
  }
}
