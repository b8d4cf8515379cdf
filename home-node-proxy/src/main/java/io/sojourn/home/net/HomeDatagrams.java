package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.engine.linux.DatagramReader;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.IcmpErrors;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.DatagramFrames;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.Membership;
import io.sojourn.engine.network.MulticastGroups;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketHandle;
import io.sojourn.protocol.connection.Datagram;
import io.sojourn.protocol.connection.GroupMemberships;
import io.sojourn.protocol.connection.IcmpError;
import java.net.InetSocketAddress;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Home's socket for a datagram socket of a task that is away. Where the link is slow, datagrams are
 * lost.
 */
final class HomeDatagrams extends LentSocket {
  private static final Logger LOG = LoggerFactory.getLogger(HomeDatagrams.class);

  private final DatagramFrames frames = new DatagramFrames();
  private RawSocket socket;
  private DatagramReader reader;
  private IcmpErrors errors;
  private SocketHandle handle;
  private List<Membership> groups = List.of();

  private HomeDatagrams(ByteStream stream, RawSocket socket, Lending lending) {
    super(stream, socket, lending);
    // Whether the task may, its own kernel says.
    this.socket = socket.broadcast();
    this.reader = new DatagramReader(socket);
    this.errors = new IcmpErrors(socket);
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
    socket = other.broadcast();
    reader = new DatagramReader(other);
    errors = new IcmpErrors(other);
    handle = new SocketHandle(other, this::receive);
    handle.register(stream().loop());
    listen(groups);
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
    tellErrors();
    for (DatagramReader.Received one; (one = reader.read()) != null; )
      say(
          Datagram.newBuilder()
              .setPeer(Endpoints.of(one.from()))
              .setLocal(Endpoints.of(one.to()))
              .setBytes(ByteString.copyFrom(one.bytes())));
  }

  /** Whether there was one. */
  private boolean tellErrors() {
    boolean any = false;
    for (IcmpErrors.Reported one; (one = errors.read()) != null; any = true) tell(one);
    return any;
  }

  private void tell(IcmpErrors.Reported one) {
    IcmpError error =
        IcmpError.newBuilder()
            .setType(one.type())
            .setCode(one.code())
            .setRest(one.rest())
            .setFrom(ByteString.copyFrom(one.from().getAddress()))
            .build();
    say(
        Datagram.newBuilder()
            .setPeer(Endpoints.of(one.peer()))
            .setBytes(ByteString.copyFrom(one.datagram()))
            .setError(error));
  }

  private void say(Datagram.Builder one) {
    if (stream().writable()) stream().send(DatagramFrames.of(one.build()));
  }

  @Override
  public void data(ByteString bytes) {
    try {
      for (Datagram one : frames.take(bytes))
        if (one.hasGroups()) listen(memberships(one.getGroups()));
        else send(one.getBytes().toByteArray(), Endpoints.socket(one.getPeer()));
      stream().consumed(bytes.size());
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      end();
      stream().reset(Errno.EINVAL);
    }
  }

  private static List<Membership> memberships(GroupMemberships said) {
    return said.getMembershipsList().stream().map(Membership::of).toList();
  }

  /** Only what was said before is left: the task may have come with more than its world has. */
  private void listen(List<Membership> now) {
    MulticastGroups here = MulticastGroups.here();
    try (OwnDescriptor own = socket.duplicate().release()) {
      for (Membership one : groups)
        if (now.stream().noneMatch(one::sameGroup)) here.leave(own, one);
      for (Membership one : now)
        if (!here.join(own, one))
          LOG.warn("home cannot listen to {} on {}", one.group(), one.networkInterface());
    }
    groups = now;
  }

  private void send(byte[] bytes, InetSocketAddress peer) {
    int error = socket.sendTo(bytes, peer);
    // What became of an earlier one, to anybody, comes in the place of this one.
    if (error != 0 && tellErrors()) error = socket.sendTo(bytes, peer);
    IcmpErrors.Reported refused = IcmpErrors.refused(peer, error, bytes);
    if (refused != null) tell(refused);
  }
}
