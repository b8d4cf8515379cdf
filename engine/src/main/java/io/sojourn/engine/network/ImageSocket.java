package io.sojourn.engine.network;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.protocol.criu.CriuFile;
import io.sojourn.protocol.criu.CriuInetSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A TCP or UDP socket in an image of CRIU's.
 *
 * @param ino names the image of its connection, and is the inode that the socket had
 * @param v4Mapped an IPv6 socket that speaks IPv4; its addresses are given as IPv4 here
 * @param backlog of a listening socket
 */
public record ImageSocket(
    int ino,
    Protocol protocol,
    TcpState state,
    InetSocketAddress local,
    InetSocketAddress peer,
    boolean v6Only,
    boolean v4Mapped,
    int backlog) {
  private static final int INTERNET = 4;
  private static final int AF_INET6 = 10;
  private static final int TCP = 6, UDP = 17;
  private static final int MAX_ENTRY = 1 << 20;

  /** By the kernel's numbers: 6 and 17. */
  public enum Protocol {
    TCP,
    UDP
  }

  /** All in files.img of an image. */
  public static List<ImageSocket> of(Path images) throws IOException {
    return parse(Files.readAllBytes(images.resolve("files.img")));
  }

  /**
   * @throws IOException where the bytes are no such image
   */
  public static List<ImageSocket> parse(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 8) throw new IOException("files.img is cut off");
    buffer.position(8);
    List<ImageSocket> sockets = new ArrayList<>();
    while (buffer.remaining() >= 4) {
      int size = buffer.getInt();
      if (size < 0 || size > MAX_ENTRY || size > buffer.remaining())
        throw new IOException("files.img is cut off");
      CriuFile file = CriuFile.parseFrom(buffer.slice(buffer.position(), size));
      buffer.position(buffer.position() + size);
      if (file.getType() == INTERNET && file.hasIsk()) {
        CriuInetSocket socket = file.getIsk();
        if (socket.getProto() == 6 || socket.getProto() == 17) sockets.add(of(socket));
      }
    }
    return sockets;
  }

  /** Gives sockets other states in files.img; what else is there stays as it is. */
  public static void rewrite(Path images, Map<Integer, TcpState> states) throws IOException {
    edit(
        images,
        socket -> {
          TcpState state = states.get(socket.getIno());
          return state == null ? socket : socket.toBuilder().setState(state.ordinal()).build();
        });
  }

  /**
   * Takes the peers of connections that are over out of files.img. A program may have its
   * descriptor still: NIO ends a connection at once, and closes it when it next selects. CRIU would
   * connect it again, and cannot where another socket has the addresses: home's, which waits for
   * the peer's last acknowledgement. What was received and not read keeps its connection.
   */
  public static void forgetPeersOfDead(Path images) throws IOException {
    Set<Integer> dead = new HashSet<>();
    for (ImageSocket socket : of(images))
      if (socket.dead() && nothingToRead(TcpStreamImage.path(images, socket.ino)))
        dead.add(socket.ino);
    edit(
        images,
        socket ->
            dead.contains(socket.getIno()) ? socket.toBuilder().setDstPort(0).build() : socket);
  }

  private boolean dead() {
    return protocol == Protocol.TCP && state == TcpState.CLOSE && peer.getPort() != 0;
  }

  private static boolean nothingToRead(Path stream) throws IOException {
    return !Files.exists(stream) || TcpStreamImage.entry(stream).getInqLen() == 0;
  }

  /** Gives sockets the addresses that they have on this node. */
  static void relocate(Path images, Relocation relocation) throws IOException {
    edit(images, socket -> relocated(socket, relocation));
  }

  private static CriuInetSocket relocated(CriuInetSocket socket, Relocation relocation) {
    if (socket.getProto() != TCP && socket.getProto() != UDP) return socket;
    try {
      String local = words(end(socket.getSrcAddrList(), socket.getSrcPort()));
      String remote = words(end(socket.getDstAddrList(), socket.getDstPort()));
      String nowLocal = relocation.local(local), nowRemote = relocation.remote(local, remote);
      CriuInetSocket.Builder now = socket.toBuilder();
      if (!nowLocal.equals(local))
        now.clearSrcAddr()
            .addAllSrcAddr(numbers(nowLocal, socket.getSrcAddrCount()))
            .setSrcPort(GroupEnds.port(nowLocal));
      if (!nowRemote.equals(remote))
        now.clearDstAddr()
            .addAllDstAddr(numbers(nowRemote, socket.getDstAddrCount()))
            .setDstPort(GroupEnds.port(nowRemote));
      return now.build();
    } catch (IOException noAddress) {
      throw new UncheckedIOException(noAddress);
    }
  }

  /** An address in the kernel's words; of an IPv4 one four, too, where the socket is of IPv6. */
  private static List<Integer> numbers(String end, int count) throws IOException {
    byte[] address = Relocation.address(end).getAddress();
    ByteBuffer all = number(Integer.BYTES * count);
    if (address.length > all.capacity()) throw new IOException("an IPv4 socket at " + end);
    if (address.length < all.capacity()) all.putLong(0).putInt(0xffff0000);
    all.put(address).flip();
    List<Integer> numbers = new ArrayList<>();
    while (all.hasRemaining()) numbers.add(all.getInt());
    return numbers;
  }

  private static void edit(Path images, UnaryOperator<CriuInetSocket> change) throws IOException {
    Path file = images.resolve("files.img");
    ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream to = new ByteArrayOutputStream(buffer.capacity());
    to.writeBytes(number(Long.BYTES).putLong(buffer.getLong()).array());
    while (buffer.remaining() >= 4) {
      byte[] entry = new byte[buffer.getInt()];
      buffer.get(entry);
      CriuFile socket = CriuFile.parseFrom(entry);
      CriuInetSocket changed = change.apply(socket.getIsk());
      if (socket.hasIsk() && !changed.equals(socket.getIsk()))
        entry = socket.toBuilder().setIsk(changed).build().toByteArray();
      to.writeBytes(number(Integer.BYTES).putInt(entry.length).array());
      to.writeBytes(entry);
    }
    Files.write(file, to.toByteArray());
  }

  private static ByteBuffer number(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ImageSocket of(CriuInetSocket socket) throws IOException {
    InetSocketAddress local = end(socket.getSrcAddrList(), socket.getSrcPort());
    return new ImageSocket(
        socket.getIno(),
        socket.getProto() == 6 ? Protocol.TCP : Protocol.UDP,
        TcpState.of(socket.getState()),
        local,
        end(socket.getDstAddrList(), socket.getDstPort()),
        socket.getV6Only(),
        socket.getFamily() == AF_INET6 && local.getAddress().getAddress().length == 4,
        socket.getBacklog());
  }

  private static InetSocketAddress end(List<Integer> words, int port) throws IOException {
    if (words.size() != 1 && words.size() != 4) throw new IOException("a socket without address");
    ByteBuffer address = ByteBuffer.allocate(4 * words.size()).order(ByteOrder.LITTLE_ENDIAN);
    words.forEach(address::putInt);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address.array()), port);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * The connections of a task, but for those with itself: of these both ends are in the image, and
   * CRIU restores them as one.
   */
  public static List<ImageSocket> connectionsToOthers(Path images) throws IOException {
    List<ImageSocket> all = of(images).stream().filter(ImageSocket::connection).toList();
    return all.stream().filter(one -> all.stream().noneMatch(one::meets)).toList();
  }

  /**
   * Those that would speak while CRIU restores them, and must not. Between the ends of a connection
   * with itself nothing may pass until both are there: what was not sent yet leaves at once, and
   * the kernel would answer it with a reset. A connect that was under way CRIU begins anew; where
   * it is answered before its window is set, CRIU fails, or leaves a connection that stands still.
   * Not heard, it is repeated a second later.
   */
  public static List<InternetSocket> speakingWhenRestored(Path images) throws IOException {
    List<ImageSocket> all = of(images);
    List<ImageSocket> connections = all.stream().filter(ImageSocket::connection).toList();
    return all.stream()
        .filter(
            one ->
                one.connecting() || (one.connection() && connections.stream().anyMatch(one::meets)))
        .map(ImageSocket::inTheKernelsWords)
        .toList();
  }

  private InternetSocket inTheKernelsWords() {
    String table = local.getAddress() instanceof Inet6Address ? "tcp6" : "tcp";
    return new InternetSocket(ino, table, state.name(), words(local), words(peer), 0, 0);
  }

  private static String words(InetSocketAddress end) {
    String host = end.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + end.getPort();
  }

  private boolean meets(ImageSocket other) {
    return local.equals(other.peer) && peer.equals(other.local);
  }

  /** A connection that CRIU has kept, with an image of its own. */
  public boolean connection() {
    return protocol == Protocol.TCP
        && switch (state) {
          case ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK, CLOSING -> true;
          default -> false;
        };
  }

  /** Nobody has answered its connect. */
  public boolean connecting() {
    return protocol == Protocol.TCP && state == TcpState.SYN_SENT;
  }

  public boolean listening() {
    return protocol == Protocol.TCP && state == TcpState.LISTEN;
  }
}
