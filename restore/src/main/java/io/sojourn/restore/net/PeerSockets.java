package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.RawPackets;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.MulticastGroups;
import io.sojourn.protocol.connection.Datagram;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Sends datagrams into the guest world from the addresses of the peers that sent them to home. */
final class PeerSockets implements AutoCloseable {
  private static final int KEPT = 256;
  private static final InetAddress EVERYBODY =
      Endpoints.address(ByteString.copyFrom(new byte[] {-1, -1, -1, -1}));

  private final GuestNetwork network;
  private final NetworkNamespace namespace;
  private final RawPackets packets;
  private final Set<InetSocketAddress> ours = ConcurrentHashMap.newKeySet();

  /**
   * @param group to which it sends, if it is to one
   */
  private record Way(InetSocketAddress peer, @Nullable InetAddress group) {
    static Way of(InetSocketAddress peer, InetAddress to) {
      return new Way(peer, to.isMulticastAddress() ? to : null);
    }
  }

  /** Only on the namespace's thread; the least recently used first. */
  private final Map<Way, RawSocket> sockets = new LinkedHashMap<>(16, 0.75f, true);

  PeerSockets(GuestNetwork network, RawPackets packets) {
    this.network = network;
    this.namespace = network.namespace();
    this.packets = packets;
  }

  /** Whether a socket with this address is one of these, and none of the task's. */
  boolean isOurs(InetSocketAddress address) {
    return ours.contains(address);
  }

  void send(Datagram datagram) {
    InetSocketAddress peer = Endpoints.socket(datagram.getPeer());
    InetSocketAddress task = Endpoints.socket(datagram.getLocal());
    byte[] bytes = datagram.getBytes().toByteArray();
    if (task.getAddress().equals(EVERYBODY)) {
      // A socket would need an interface for it; a packet goes where another one would.
      InetAddress way = network.broadcast();
      if (way != null)
        packets.send(IpPacket.datagram(peer, task, bytes), new InetSocketAddress(way, 0));
      return;
    }
    if (network.isHere(peer.getAddress()) && !task.getAddress().isMulticastAddress()) {
      // From the task itself, or another program of home's: a socket with that address would be in
      // the way of the task's own, or hear in its place.
      packets.send(IpPacket.datagram(peer, task, bytes), task);
      return;
    }
    namespace.execute(
        () -> {
          try {
            sockets
                .computeIfAbsent(Way.of(peer, task.getAddress()), this::make)
                .sendTo(bytes, task);
            shrink();
          } catch (RawSocket.SocketException lost) {
            // As datagrams may be.
          }
        });
  }

  /** Who listens to a group, and where, is another matter now. */
  void forgetGroups() {
    namespace.execute(
        () -> {
          for (Way way : List.copyOf(sockets.keySet())) if (way.group() != null) forget(way);
        });
  }

  private RawSocket make(Way way) {
    RawSocket socket = RawSocket.udp(way.peer()).reuseAddress().transparent().broadcast();
    InetAddress group = way.group();
    // The kernel loops it back to whoever has joined on that interface, sources picked and blocked.
    if (group != null) MulticastGroups.here().interfaceOf(group).ifPresent(socket::multicastHere);
    try {
      // Before it can be seen.
      ours.add(way.peer());
      return socket.mark(MirrorSocket.MARK).bind(way.peer());
    } catch (RawSocket.SocketException taken) {
      // It may be the task's.
      notOurs(way.peer());
      socket.close();
      throw taken;
    }
  }

  private void shrink() {
    while (sockets.size() > KEPT) forget(sockets.keySet().iterator().next());
  }

  private void forget(Way way) {
    RawSocket socket = sockets.remove(way);
    if (socket != null) socket.close();
    notOurs(way.peer());
  }

  /** It is not ours, unless another socket has the same address. */
  private void notOurs(InetSocketAddress peer) {
    if (sockets.keySet().stream().noneMatch(way -> way.peer().equals(peer))) ours.remove(peer);
  }

  @Override
  public void close() {
    namespace.execute(() -> sockets.values().forEach(RawSocket::close));
  }
}
