package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import io.netty.channel.unix.FileDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A TCP or UDP socket by its descriptor, with options that Java does not know. It is made in the
 * network namespace of the calling thread. Failed calls throw {@link SocketException} with errno.
 */
public final class RawSocket implements AutoCloseable {
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int AF_UNIX = 1;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOCK_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int SOL_IP = 0;
  private static final int SOL_SOCKET = 1;
  private static final int SOL_TCP = 6;
  private static final int SOL_IPV6 = 41;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_ERROR = 4;
  private static final int SO_BROADCAST = 6;
  private static final int SO_REUSEPORT = 15;
  private static final int SO_MARK = 36;
  private static final int SO_TYPE = 3;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_DOMAIN = 39;
  private static final int SO_COOKIE = 57;
  private static final int IP_TRANSPARENT = 19;
  private static final int IP_MULTICAST_IF = 32;
  private static final int IP_MULTICAST_TTL = 33;
  private static final int IPV6_MULTICAST_IF = 17;
  private static final int IPV6_MULTICAST_HOPS = 18;
  private static final int IPV6_V6ONLY = 26;
  private static final int IPV6_TRANSPARENT = 75;
  private static final int TCP_NODELAY = 1;
  private static final int SO_LINGER = 13;

  /** See shutdown(2). */
  public static final int SHUT_RD = 0, SHUT_WR = 1;

  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK = 0x800;
  private static final long FIONREAD = 0x541b;

  private final AtomicBoolean closed = new AtomicBoolean();
  private final int descriptor;
  private final boolean v6;

  private RawSocket(int descriptor, boolean v6) {
    this.descriptor = descriptor;
    this.v6 = v6;
  }

  /** A call on a socket that failed. */
  public static final class SocketException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int error;

    SocketException(String call, LastErrorException cause) {
      super(call + ": " + Libc.strerror(cause.getErrorCode()), cause);
      this.error = cause.getErrorCode();
    }

    public int error() {
      return error;
    }
  }

  interface Call<T> {
    T run();
  }

  static <T> T call(String what, Call<T> call) {
    try {
      return call.run();
    } catch (LastErrorException failed) {
      throw new SocketException(what, failed);
    }
  }

  /** Not blocking, closed on exec; of the family that the address has. */
  public static RawSocket tcp(InetSocketAddress like) {
    return make(like.getAddress() instanceof Inet6Address, SOCK_STREAM);
  }

  /** A TCP socket that takes IPv4 as well, where it is IPv6 and not told otherwise. */
  public static RawSocket listener(InetSocketAddress local, boolean v6Only) {
    RawSocket socket = tcp(local);
    return socket.v6 && !v6Only ? socket.option(SOL_IPV6, IPV6_V6ONLY, 0) : socket;
  }

  /** Not blocking, closed on exec; of the family that the address has. */
  public static RawSocket udp(InetSocketAddress like) {
    return make(like.getAddress() instanceof Inet6Address, SOCK_DGRAM);
  }

  private static RawSocket make(boolean v6, int type) {
    int family = v6 ? SocketAddresses.AF_INET6 : SocketAddresses.AF_INET;
    int made = call("socket", () -> Libc.socket(family, type | SOCK_NONBLOCK_CLOEXEC, 0));
    RawSocket socket = new RawSocket(made, v6);
    if (v6) socket.option(SOL_IPV6, IPV6_V6ONLY, 1);
    return socket;
  }

  /** Two unix sockets that are connected with each other; the second one blocks. */
  public static RawSocket[] unixPair() {
    int[] ends = new int[2];
    // SAFETY: stores two descriptors.
    call("socketpair", () -> Libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    return new RawSocket[] {
      new RawSocket(ends[0], false).notBlocking(), new RawSocket(ends[1], false)
    };
  }

  /** Another descriptor of the same. */
  public RawSocket duplicate() {
    return new RawSocket(call("dup", () -> Libc.fcntl(descriptor, F_DUPFD_CLOEXEC, 0)), v6);
  }

  /** Where others can open the same, as long as this is open. */
  public Path path() {
    return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor);
  }

  /** A descriptor that is ours now. It is made not blocking, and so are its duplicates. */
  public static RawSocket adopt(int descriptor) {
    return of(descriptor).notBlocking();
  }

  /**
   * What is none, and is written and read as one: calls that only sockets know do nothing, or fail.
   */
  static RawSocket ofNoSocket(int descriptor) {
    return new RawSocket(descriptor, false);
  }

  private static RawSocket of(int descriptor) {
    byte[] address = new byte[SocketAddresses.SIZE];
    call("getsockname", () -> Libc.getsockname(descriptor, address, new int[] {address.length}));
    return new RawSocket(descriptor, address[0] == SocketAddresses.AF_INET6);
  }

  /** Whether it blocks, for all who have it, as a program has set it. */
  public void blocks(boolean is) {
    int flags = Libc.fcntl(descriptor, F_GETFL, 0);
    Libc.fcntl(descriptor, F_SETFL, is ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
  }

  /** Who waits for it by its own means, or has a duplicate of it, is to see to that. */
  public RawSocket notBlocking() {
    int flags = Libc.fcntl(descriptor, F_GETFL, 0);
    Libc.fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
    return this;
  }

  /** A duplicate of a socket of another process, which will not use it: it blocks no more. */
  public static RawSocket duplicateOf(Descriptor socket) {
    return adopt(duplicate(socket));
  }

  /** Of a socket that its process goes on with, or may: it blocks as before. */
  public static RawSocket lookAt(Descriptor socket) {
    return of(duplicate(socket));
  }

  /** See pidfd_getfd(2). */
  static int duplicate(Descriptor socket) {
    int pidfd =
        (int)
            call("pidfd_open", () -> Libc.syscall(Libc.SYS_PIDFD_OPEN, socket.pid(), 0, 0))
                .longValue();
    try {
      return (int)
          call("pidfd_getfd", () -> Libc.syscall(Libc.SYS_PIDFD_GETFD, pidfd, socket.number(), 0))
              .longValue();
    } finally {
      Libc.close(pidfd);
    }
  }

  /** Sends to groups by this interface, and no farther than to those here who listen on it. */
  public RawSocket multicastHere(int networkInterface) {
    if (v6)
      return option(SOL_IPV6, IPV6_MULTICAST_IF, networkInterface)
          .option(SOL_IPV6, IPV6_MULTICAST_HOPS, 0);
    // struct ip_mreqn: a group, an address, a number.
    return option(SOL_IP, IP_MULTICAST_IF, 0, 0, networkInterface)
        .option(SOL_IP, IP_MULTICAST_TTL, 0);
  }

  /** Gives its descriptor to somebody who will close it. */
  public OwnDescriptor release() {
    return new OwnDescriptor(descriptor);
  }

  public int descriptor() {
    return descriptor;
  }

  public boolean v6() {
    return v6;
  }

  public RawSocket option(int level, int name, int... value) {
    // SAFETY: the length is that of the array.
    call(
        "setsockopt " + level + "/" + name,
        () -> Libc.setsockopt(descriptor, level, name, value, 4 * value.length));
    return this;
  }

  /** Fills the array; the kernel may know fewer words. */
  public int[] ask(int level, int name, int[] value) {
    // SAFETY: the length is that of the array.
    call(
        "getsockopt " + level + "/" + name,
        () -> Libc.getsockopt(descriptor, level, name, value, new int[] {4 * value.length}));
    return value;
  }

  /** May have an address that is not this machine's. See IP_TRANSPARENT in ip(7). */
  public RawSocket transparent() {
    return v6 ? option(SOL_IPV6, IPV6_TRANSPARENT, 1) : option(SOL_IP, IP_TRANSPARENT, 1);
  }

  /** Marks its packets, for the rules of the namespace. */
  public RawSocket mark(int mark) {
    return option(SOL_SOCKET, SO_MARK, mark);
  }

  public RawSocket reuseAddress() {
    return option(SOL_SOCKET, SO_REUSEADDR, 1);
  }

  /** May send to all of a network. */
  public RawSocket broadcast() {
    return option(SOL_SOCKET, SO_BROADCAST, 1);
  }

  /** Others may bind and listen at the same address, of the same owner. */
  public RawSocket reusePort() {
    return option(SOL_SOCKET, SO_REUSEPORT, 1);
  }

  /** Makes it a socket of root's: the owner counts where several share an address. */
  public RawSocket ownedByRoot() {
    // SAFETY: numbers only.
    call("fchown", () -> Libc.fchown(descriptor, 0, 0));
    return this;
  }

  public RawSocket noDelay() {
    return option(SOL_TCP, TCP_NODELAY, 1);
  }

  /** Whether it is one of TCP or UDP. */
  public boolean internet() {
    int domain = ask(SOL_SOCKET, SO_DOMAIN, new int[1])[0];
    return domain == SocketAddresses.AF_INET || domain == SocketAddresses.AF_INET6;
  }

  public boolean stream() {
    return ask(SOL_SOCKET, SO_TYPE, new int[1])[0] == SOCK_STREAM;
  }

  public boolean listens() {
    return ask(SOL_SOCKET, SO_ACCEPTCONN, new int[1])[0] != 0;
  }

  /** A number that no other socket of this network has, ever. See SO_COOKIE in socket(7). */
  public long cookie() {
    int[] words = ask(SOL_SOCKET, SO_COOKIE, new int[2]);
    return Integer.toUnsignedLong(words[0]) | (long) words[1] << 32;
  }

  /** The pending error, which is cleared by asking; 0 for none. */
  public int error() {
    return ask(SOL_SOCKET, SO_ERROR, new int[1])[0];
  }

  public RawSocket bind(InetSocketAddress address) {
    byte[] bytes = SocketAddresses.bytes(address, v6);
    call("bind " + address, () -> Libc.bind(descriptor, bytes, bytes.length));
    return this;
  }

  /** Begins to connect; whether that is done shows in the descriptor becoming writable. */
  public RawSocket connect(InetSocketAddress address) {
    byte[] bytes = SocketAddresses.bytes(address, v6);
    try {
      Libc.connect(descriptor, bytes, bytes.length);
    } catch (LastErrorException failed) {
      if (failed.getErrorCode() != Errno.EINPROGRESS)
        throw new SocketException("connect " + address, failed);
    }
    return this;
  }

  public RawSocket listen(int backlog) {
    call("listen", () -> Libc.listen(descriptor, backlog));
    return this;
  }

  /** A UDP socket that takes IPv4 as well, where it is IPv6 and not told otherwise. */
  public static RawSocket datagrams(InetSocketAddress local, boolean v6Only) {
    RawSocket socket = udp(local);
    return socket.v6 && !v6Only ? socket.option(SOL_IPV6, IPV6_V6ONLY, 0) : socket;
  }

  /**
   * Sends a datagram, which may be lost on the way: 0, or the error with which it was lost here.
   */
  public int sendTo(byte[] datagram, InetSocketAddress to) {
    byte[] address = SocketAddresses.bytes(to, v6);
    try {
      Libc.sendto(descriptor, datagram, datagram.length, 0, address, address.length);
      return 0;
    } catch (LastErrorException lost) {
      return lost.getErrorCode();
    }
  }

  /** Another descriptor of the same socket, which lasts when the first is closed. */
  public static RawSocket copyOf(int descriptor) {
    return adopt(call("dup", () -> Libc.fcntl(descriptor, F_DUPFD_CLOEXEC, 0)));
  }

  /** Says that no more bytes follow; without effect where that was said or the peer is gone. */
  public void shutdownOutput() {
    shutdown(SHUT_WR);
  }

  /** Ends a direction for all who have it; without effect where that was done already. */
  public void shutdown(int how) {
    try {
      Libc.shutdown(descriptor, how);
    } catch (LastErrorException notConnected) {
      // Reading will tell how it ended.
    }
  }

  /** Closing it will reset the connection. See SO_LINGER in socket(7). */
  public void resetOnClose() {
    try {
      option(SOL_SOCKET, SO_LINGER, 1, 0);
    } catch (SocketException gone) {
      // There is nothing to reset.
    }
  }

  /**
   * Ends a connection for whoever has it: who reads or writes next is told ECONNRESET, whether the
   * peer is there or not. See AF_UNSPEC in connect(2), and tcp_disconnect in net/ipv4/tcp.c.
   */
  public void disconnect() {
    byte[] nowhere = new byte[SocketAddresses.SIZE];
    // SAFETY: the length is that of the array, of which the kernel reads the family.
    call("connect to nobody", () -> Libc.connect(descriptor, nowhere, nowhere.length));
  }

  public InetSocketAddress local() {
    byte[] address = new byte[SocketAddresses.SIZE];
    call("getsockname", () -> Libc.getsockname(descriptor, address, new int[] {address.length}));
    return SocketAddresses.parse(address);
  }

  public InetSocketAddress peer() {
    byte[] address = new byte[SocketAddresses.SIZE];
    call("getpeername", () -> Libc.getpeername(descriptor, address, new int[] {address.length}));
    return SocketAddresses.parse(address);
  }

  /** As of recv(2), with flags; -1 where there is nothing. */
  public int receive(byte[] buffer, int length, int flags) {
    try {
      return (int) Libc.recv(descriptor, buffer, length, flags);
    } catch (LastErrorException failed) {
      if (failed.getErrorCode() == Errno.EAGAIN) return -1;
      throw new SocketException("recv", failed);
    }
  }

  /** As of send(2); -1 where there is no room. */
  public int send(byte[] buffer, int length) {
    try {
      return (int) Libc.send(descriptor, buffer, length, 0x4000);
    } catch (LastErrorException failed) {
      if (failed.getErrorCode() == Errno.EAGAIN) return -1;
      throw new SocketException("send", failed);
    }
  }

  /** All that can be read from a pipe at once. */
  public byte[] available() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    FileDescriptor pipe = new FileDescriptor(descriptor);
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    for (int count; (count = pipe.read(buffer, 0, buffer.capacity())) > 0; ) {
      byte[] bytes = new byte[count];
      buffer.get(0, bytes);
      all.write(bytes);
    }
    return all.toByteArray();
  }

  /** Writes to a pipe or terminal, as of write(2); what there is no room for is dropped. */
  public void write(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    try {
      new FileDescriptor(descriptor).write(buffer, 0, bytes.length);
    } catch (IOException nobodyThere) {
      // Nobody will miss it.
    }
  }

  /** How many bytes can be read. */
  public int unread() {
    return count(FIONREAD);
  }

  /** SIOCINQ, SIOCOUTQ and the like: a count of bytes. */
  public int count(long request) {
    int[] value = new int[1];
    // SAFETY: these requests store one int.
    call("ioctl " + request, () -> Libc.ioctl(descriptor, request, value));
    return value[0];
  }

  /** Once: its number may be another's by the second time. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) Libc.close(descriptor);
  }
}
