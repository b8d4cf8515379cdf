package io.sojourn.engine.network;

import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the addresses of a task's sockets are now, where it lives on another node than the one on
 * which its image was made, or those whom it is connected with do. Addresses that mean the same on
 * each node stay: loopback's, those that stand for all, groups'. What the program itself remembers
 * of its address is its memory, and stays.
 *
 * @param host this node's address, as in {@link io.sojourn.engine.linux.InternetSocket}; "" where
 *     the task lives where it was
 * @param peers by "LOCAL REMOTE" of the image, where the other end of that connection is now
 */
public record Relocation(String host, Map<String, String> peers) {
  public static final Relocation NONE = new Relocation("", Map.of());

  public Relocation {
    peers = Map.copyOf(peers);
  }

  /** A task comes to a node. */
  public static Relocation to(InetAddress node) {
    String host = node.getHostAddress().replaceFirst("%.*", "");
    return new Relocation(node instanceof Inet6Address ? "[" + host + "]" : host, Map.of());
  }

  public Relocation with(Map<String, String> others) {
    return new Relocation(host, others);
  }

  public boolean none() {
    return host.isEmpty() && peers.isEmpty();
  }

  /** What an end of its own is called now. */
  public String local(String end) {
    return host.isEmpty() || !ofOneNode(end) ? end : host + end.substring(end.lastIndexOf(':'));
  }

  /** What the other end is called now. */
  String remote(String local, String remote) {
    return peers.getOrDefault(local + " " + remote, remote);
  }

  /** The manifest of the image as it is restored here. */
  public Manifest of(Manifest image) {
    if (none()) return image;
    Manifest.Builder now = image.toBuilder();
    for (Socket.Builder socket : now.getSocketsBuilderList())
      if (ofInternet(socket.getProtocol())) {
        String local = socket.getLocal();
        socket.setRemote(remote(local, socket.getRemote())).setLocal(local(local));
      }
    return now.build();
  }

  /**
   * The same in CRIU's image.
   *
   * @param images where files.img is a copy
   */
  public void into(Path images) throws IOException {
    if (!none()) ImageSocket.relocate(images, this);
  }

  /** The addresses of an image's sockets that are of the node where it was made. */
  public static Stream<InetAddress> ofOneNode(Manifest image) {
    return image.getSocketsList().stream()
        .filter(socket -> ofInternet(socket.getProtocol()))
        .map(Socket::getLocal)
        .filter(Relocation::ofOneNode)
        .map(Relocation::address);
  }

  private static boolean ofInternet(String protocol) {
    return protocol.startsWith("tcp") || protocol.startsWith("udp");
  }

  static boolean ofOneNode(String end) {
    InetAddress address = address(end);
    return !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isMulticastAddress()
        && !address.getHostAddress().equals("255.255.255.255");
  }

  static InetAddress address(String end) {
    try {
      // No name is looked up for what is an address.
      return InetAddress.getByName(
          end.substring(0, end.lastIndexOf(':')).replaceAll("[\\[\\]]|%.*", ""));
    } catch (UnknownHostException notAnAddress) {
      throw new IllegalArgumentException(end, notAnAddress);
    }
  }
}
