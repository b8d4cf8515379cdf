package io.sojourn.restore.net;

import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.protocol.connection.Datagram;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Sends datagrams into the guest world from the addresses of the peers that sent them to home. */
final class PeerSockets implements AutoCloseable {
  private static final int KEPT = 256;

  private final NetworkNamespace namespace;
  private final Set<InetSocketAddress> ours = ConcurrentHashMap.newKeySet();

  /** Only on the namespace's thread; the least recently used first. */
  private final Map<InetSocketAddress, RawSocket> sockets = new LinkedHashMap<>(16, 0.75f, true);

  PeerSockets(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  /** Whether a socket with this address is one of these, and none of the task's. */
  boolean isOurs(InetSocketAddress address) {
    return ours.contains(address);
  }

  void send(Datagram datagram) {
    InetSocketAddress peer = Endpoints.socket(datagram.getPeer());
    InetSocketAddress task = Endpoints.socket(datagram.getLocal());
    byte[] bytes = datagram.getBytes().toByteArray();
    namespace.execute(
        () -> {
          try {
            sockets.computeIfAbsent(peer, this::make).sendTo(bytes, task);
            shrink();
          } catch (RawSocket.SocketException lost) {
            // As datagrams may be.
          }
        });
  }

  private RawSocket make(InetSocketAddress peer) {
    ours.add(peer);
    RawSocket socket = RawSocket.udp(peer);
    return socket.reuseAddress().transparent().mark(MirrorSocket.MARK).bind(peer);
  }

  private void shrink() {
    Iterator<Map.Entry<InetSocketAddress, RawSocket>> oldest = sockets.entrySet().iterator();
    while (sockets.size() > KEPT) {
      Map.Entry<InetSocketAddress, RawSocket> one = oldest.next();
      one.getValue().close();
      ours.remove(one.getKey());
      oldest.remove();
    }
  }

  @Override
  public void close() {
    namespace.execute(() -> sockets.values().forEach(RawSocket::close));
  }
}
