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
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.protocol.connection.Datagram;
import java.net.InetSocketAddress;

/**
 * Home's socket for a datagram socket of a task that is away. Where the link is slow, datagrams are
 * lost.
 */
final class HomeDatagrams implements StreamEnd {
  private final ByteStream stream;
  private final RawSocket socket;
  private final DatagramReader reader;
  private final DatagramFrames frames = new DatagramFrames();
  private final SocketHandle handle;

  private HomeDatagrams(ByteStream stream, RawSocket socket) {
    this.stream = stream;
    this.socket = socket;
    this.reader = new DatagramReader(socket);
    this.handle = new SocketHandle(socket, this::receive);
  }

  static HomeDatagrams start(ByteStream stream, RawSocket socket) {
    HomeDatagrams datagrams = new HomeDatagrams(stream, socket);
    datagrams.handle.register(stream.loop());
    return datagrams;
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
      if (stream.writable())
        stream.send(
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
      stream.consumed(bytes.size());
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      handle.close();
      stream.reset(Errno.EINVAL);
    }
  }

  @Override
  public void ended() {
    stream.endConsumed();
    stream.finish();
    handle.close();
  }

  @Override
  public void reset(int error) {
    handle.close();
  }

  @Override
  public void freeze() {
    handle.close();
  }
}
