package io.sojourn.home.net;

import io.netty.channel.epoll.EpollSocketChannel;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.protocol.connection.Connect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connect that the task has begun while away, done at home. */
final class HomeConnect {
  private final ByteStream stream;
  private final Consumer<RawSocket> made;
  private final InetSocketAddress local;
  private final InetSocketAddress peer;
  private @Nullable EpollSocketChannel trying;
  private boolean standsBy;

  private HomeConnect(ByteStream stream, Connect order, Consumer<RawSocket> made) {
    this.stream = stream;
    this.made = made;
    this.local = Endpoints.socket(order.getLocal());
    this.peer = Endpoints.socket(order.getPeer());
  }

  /**
   * @param made gets the connection; where there will be none, the stream is reset
   */
  static HomeConnect begin(ByteStream stream, Connect order, Consumer<RawSocket> made) {
    HomeConnect connect = new HomeConnect(stream, order, made);
    connect.from(connect.local);
    return connect;
  }

  /** Nothing is to be done any more. */
  boolean isOver() {
    return trying == null && !standsBy;
  }

  /** Nothing was answered yet, and the task, which comes home, is to ask itself. */
  void standBy() {
    EpollSocketChannel socket = trying;
    if (socket == null) return;
    trying = null;
    standsBy = true;
    socket.close();
  }

  /** After {@link #standBy}: the task stays where it is. */
  void goOn() {
    if (!standsBy) return;
    standsBy = false;
    from(local);
  }

  /** Tries with the task's own port, so that both ends agree about it. */
  private void from(InetSocketAddress source) {
    EpollSocketChannel socket = new EpollSocketChannel();
    trying = socket;
    socket.config().setAutoRead(false).setTcpNoDelay(true).setReuseAddress(true);
    // The kernel's own patience is what the task would have met at home.
    socket.config().setConnectTimeoutMillis(0);
    stream.loop().register(socket);
    socket
        .bind(source)
        .addListener(
            bound -> {
              if (bound.isSuccess()) connect(socket, source);
              else again(socket, source, bound.cause());
            });
  }

  private void connect(EpollSocketChannel socket, InetSocketAddress source) {
    if (socket != trying) return;
    if (stream.isOver()) {
      trying = null;
      socket.close();
      return;
    }
    socket
        .connect(peer)
        .addListener(
            connected -> {
              if (connected.isSuccess()) done(socket);
              else again(socket, source, connected.cause());
            });
  }

  private void done(EpollSocketChannel socket) {
    if (socket != trying) return;
    trying = null;
    RawSocket connection = RawSocket.copyOf(socket.fd().intValue());
    socket.close();
    made.accept(connection);
  }

  /** Where the port is taken at home, any other does; where the address is not home's, any. */
  private void again(EpollSocketChannel socket, InetSocketAddress source, Throwable cause) {
    if (socket != trying) return;
    trying = null;
    socket.close();
    int error = errno(cause);
    boolean taken = error == Errno.EADDRINUSE || error == Errno.EADDRNOTAVAIL;
    if (taken && source.getPort() != 0) from(new InetSocketAddress(source.getAddress(), 0));
    else if (taken && !source.getAddress().isAnyLocalAddress())
      from(new InetSocketAddress(any(), 0));
    else stream.reset(error);
  }

  private InetAddress any() {
    return new InetSocketAddress(peer.getAddress().getAddress().length == 4 ? "0.0.0.0" : "::", 0)
        .getAddress();
  }

  /** Netty gives the number of some failures, and of others the kernel's words only. */
  private int errno(Throwable cause) {
    if (cause instanceof NoRouteToHostException) return unreachable();
    for (Throwable one = cause; one != null; one = one.getCause()) {
      String message = one.getMessage();
      int error = message == null ? 0 : Errno.ofMessage(message);
      if (error != 0) return error;
    }
    return Errno.ECONNREFUSED;
  }

  /** Netty has one name for two errors. Where there is no route at all, that shows at once. */
  private int unreachable() {
    try (RawSocket probe = RawSocket.tcp(peer)) {
      probe.connect(peer);
      return Errno.EHOSTUNREACH;
    } catch (RawSocket.SocketException failed) {
      return failed.error();
    }
  }
}
