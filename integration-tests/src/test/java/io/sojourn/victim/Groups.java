package io.sojourn.victim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/**
 * Listens to groups, each in another way, and sends with options of its own. Arguments: an address
 * of the interface, and that of who speaks.
 */
public final class Groups {
  public static final String FOUR = "239.77.7.7";
  public static final String SIX = "ff12::77";
  public static final String LATER = "239.77.7.8";

  public static void main(String[] args) throws Exception {
    NetworkInterface here = NetworkInterface.getByInetAddress(InetAddress.getByName(args[0]));
    InetAddress speaker = InetAddress.getByName(args[1]);
    DatagramChannel any = open(StandardProtocolFamily.INET);
    any.setOption(StandardSocketOptions.IP_MULTICAST_IF, here);
    any.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 7);
    any.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
    any.join(InetAddress.getByName(FOUR), here);
    DatagramChannel some = open(StandardProtocolFamily.INET);
    some.join(InetAddress.getByName(FOUR), here, speaker);
    DatagramChannel none = open(StandardProtocolFamily.INET);
    none.join(InetAddress.getByName(FOUR), here).block(speaker);
    DatagramChannel six = open(StandardProtocolFamily.INET6);
    six.setOption(StandardSocketOptions.IP_TOS, 0x10);
    six.join(InetAddress.getByName(SIX), here);
    DatagramChannel[] all = {any, some, none, six};
    DatagramChannel later = open(StandardProtocolFamily.INET);
    Control.serve(
        question ->
            switch (question) {
              case "ports" -> {
                StringJoiner ports = new StringJoiner(" ");
                for (DatagramChannel each : all)
                  ports.add(String.valueOf(((InetSocketAddress) each.getLocalAddress()).getPort()));
                yield ports.toString();
              }
              case "heard" -> {
                StringJoiner heard = new StringJoiner("|");
                for (DatagramChannel each : all) heard.add(hear(each));
                yield heard.toString();
              }
              case "join" -> {
                later.join(InetAddress.getByName(LATER), here);
                yield "" + ((InetSocketAddress) later.getLocalAddress()).getPort();
              }
              // What was joined before comes out again.
              case "leave" -> {
                later.join(InetAddress.getByName(LATER), here).drop();
                yield "left";
              }
              case "later" -> hear(later);
              case "options" ->
                  any.getOption(StandardSocketOptions.IP_MULTICAST_IF).getName()
                      + " "
                      + any.getOption(StandardSocketOptions.IP_MULTICAST_TTL)
                      + " "
                      + any.getOption(StandardSocketOptions.IP_MULTICAST_LOOP)
                      + " "
                      + six.getOption(StandardSocketOptions.IP_TOS);
              default -> throw new IllegalArgumentException(question);
            });
  }

  private static DatagramChannel open(ProtocolFamily family) throws Exception {
    DatagramChannel channel = DatagramChannel.open(family);
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    channel.bind(new InetSocketAddress(0));
    channel.configureBlocking(false);
    return channel;
  }

  private static String hear(DatagramChannel channel) throws Exception {
    StringJoiner heard = new StringJoiner(",");
    ByteBuffer bytes = ByteBuffer.allocate(100);
    while (channel.receive(bytes.clear()) != null)
      heard.add(StandardCharsets.UTF_8.decode(bytes.flip()));
    return heard.toString();
  }
}
