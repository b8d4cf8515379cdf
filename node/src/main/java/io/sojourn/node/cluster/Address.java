package io.sojourn.node.cluster;

import io.sojourn.engine.operation.OperationException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where a node listens, or is reached.
 *
 * @param host a name or a literal address; "" for all addresses of this machine
 */
public record Address(String host, int port) {
  public static final int DEFAULT_PORT = 7077;
  private static final int HIGHEST = 65535;

  /** HOST:PORT, HOST, :PORT or nothing; [::1]:7077 for IPv6. */
  public static Address parse(String text) {
    String trimmed = text.strip();
    if (trimmed.isEmpty()) return new Address("", DEFAULT_PORT);
    if (trimmed.matches(":\\d+")) return checked("", Integer.parseInt(trimmed.substring(1)), text);
    String given =
        trimmed.indexOf(':') != trimmed.lastIndexOf(':') && !trimmed.startsWith("[")
            ? "[" + trimmed + "]"
            : trimmed;
    try {
      URI uri = URI.create("node://" + given);
      String host = uri.getHost();
      if (host == null || uri.getUserInfo() != null || !uri.getPath().isEmpty())
        throw new IllegalArgumentException(given);
      if (host.startsWith("[")) host = host.substring(1, host.length() - 1);
      return checked(host, uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), text);
    } catch (IllegalArgumentException wrong) {
      throw notAnAddress(text);
    }
  }

  private static Address checked(String host, int port, String text) {
    if (port < 1 || port > HIGHEST) throw notAnAddress(text);
    return new Address(host, port);
  }

  private static OperationException notAnAddress(String text) {
    return OperationException.usage(
        "'" + text + "' is no address", "write HOST:PORT, as in 10.0.0.7:" + DEFAULT_PORT);
  }

  boolean everywhere() {
    return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
  }

  InetSocketAddress socket() {
    return everywhere() ? new InetSocketAddress(port) : new InetSocketAddress(resolved(), port);
  }

  private InetAddress resolved() {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException unknown) {
      throw OperationException.refused(
          "the name " + host + " has no address", "use an address, or mend /etc/hosts or DNS");
    }
  }

  /** This one, or one of this machine's where this one stands for all: an IPv4 one if there is. */
  Address reachable() {
    if (!everywhere()) return this;
    List<InetAddress> candidates = new ArrayList<>();
    try {
      NetworkInterface.networkInterfaces()
          .filter(Address::usable)
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLinkLocalAddress())
          .forEach(candidates::add);
    } catch (SocketException unreadable) {
      // Said below.
    }
    return candidates.stream()
        .min(Comparator.comparing(address -> address instanceof Inet6Address))
        .map(address -> new Address(address.getHostAddress().replaceFirst("%.*", ""), port))
        .orElseThrow(
            () ->
                OperationException.refused(
                    "this machine has no address that others could reach",
                    "name one: --advertise ADDRESS"));
  }

  private static boolean usable(NetworkInterface network) {
    try {
      return network.isUp() && !network.isLoopback();
    } catch (SocketException gone) {
      return false;
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
