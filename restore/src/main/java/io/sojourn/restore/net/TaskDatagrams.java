package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.util.concurrent.ScheduledFuture;
import io.sojourn.engine.linux.DatagramReader;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawPackets;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.SocketDiagnosis;
import io.sojourn.engine.linux.SocketDiagnosis.Bound;
import io.sojourn.engine.network.DatagramFrames;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.Membership;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketHandle;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Datagram;
import io.sojourn.protocol.connection.Datagrams;
import io.sojourn.protocol.connection.GroupMemberships;
import io.sojourn.protocol.connection.IcmpError;
import io.sojourn.protocol.connection.Opening;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The datagram sockets of the task: each has one at home. What the task sends comes to the relay,
 * with the address that it was meant for; what home receives is sent on from its own source
 * address.
 */
final class TaskDatagrams implements AutoCloseable {
  private static final long EVERY_MILLIS = 50;

  private final StreamSession session;
  private final SocketDiagnosis diagnosis;
  private final PeerSockets answers;
  private final TaskGroups groups;
  private final RawPackets packets;
  private final List<SocketHandle> entrances = new ArrayList<>();
  private final Map<Bound, Mouth> known = new HashMap<>();
  private final ScheduledFuture<?> watch;

  private TaskDatagrams(
      StreamSession session, GuestNetwork network, SocketDiagnosis diagnosis, IntSupplier root)
      throws IOException {
    this.session = session;
    this.diagnosis = diagnosis;
    this.packets = network.namespace().call(() -> RawPackets.marked(MirrorSocket.MARK));
    this.groups = new TaskGroups(network.namespace(), session.loop(), root);
    this.answers = new PeerSockets(network, packets);
    this.watch =
        session.loop().scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * @param root the process of which all others of the task are children
   */
  static TaskDatagrams start(StreamSession session, GuestNetwork network, IntSupplier root)
      throws IOException {
    TaskDatagrams datagrams =
        new TaskDatagrams(session, network, network.namespace().call(SocketDiagnosis::make), root);
    for (String any : List.of("0.0.0.0", "::")) {
      InetSocketAddress address = new InetSocketAddress(any, GuestNetwork.RELAY_PORT);
      RawSocket socket =
          network
              .namespace()
              .call(
                  () ->
                      RawSocket.udp(address)
                          .reuseAddress()
                          .transparent()
                          .mark(MirrorSocket.MARK)
                          .bind(address));
      DatagramReader reader = new DatagramReader(socket);
      SocketHandle entrance = new SocketHandle(socket, () -> datagrams.receive(reader));
      entrance.register(session.loop());
      datagrams.entrances.add(entrance);
    }
    return datagrams;
  }

  private void receive(DatagramReader reader) {
    for (DatagramReader.Received one; (one = reader.read()) != null; ) {
      Mouth mouth = of(one.from());
      if (mouth != null) mouth.send(one);
    }
  }

  /** Of the socket that sends from here; null where it is gone again. */
  private @Nullable Mouth of(InetSocketAddress source) {
    Mouth mouth = find(source);
    if (mouth != null) return mouth;
    look();
    return find(source);
  }

  private @Nullable Mouth find(InetSocketAddress source) {
    for (Map.Entry<Bound, Mouth> one : known.entrySet())
      if (one.getKey().sends(source)) return one.getValue();
    return null;
  }

  private void look() {
    if (session.isOver()) return;
    Map<Long, Bound> sockets = diagnosis.datagrams();
    sockets
        .values()
        .removeIf(
            one -> one.local().getPort() == GuestNetwork.RELAY_PORT || answers.isOurs(one.local()));
    Set<Bound> now = new HashSet<>(sockets.values());
    for (Map.Entry<Bound, Mouth> one : List.copyOf(known.entrySet())) {
      if (now.contains(one.getKey())) continue;
      known.remove(one.getKey());
      if (!goesOn(one.getKey(), one.getValue(), now)) one.getValue().stream.finish();
    }
    for (Bound one : now) known.computeIfAbsent(one, Mouth::new);
    groups.look(sockets, this::listen);
  }

  private void listen(Map<Bound, List<Membership>> now) {
    if (session.isOver()) return;
    answers.forgetGroups();
    known.forEach((where, mouth) -> mouth.listen(now.getOrDefault(where, List.of())));
  }

  /**
   * A socket that connects gets an address instead of all. Home's stays as it is: another one would
   * not hear what is under way to it. Whom the task does not hear any more its kernel knows.
   */
  private boolean goesOn(Bound before, Mouth mouth, Set<Bound> now) {
    for (Bound one : now)
      if (before.sends(one.local()) && known.putIfAbsent(one, mouth) == null) return true;
    return false;
  }

  /** A socket of the task's, as home has it. */
  private final class Mouth implements StreamEnd {
    private final DatagramFrames frames = new DatagramFrames();
    private final SentDatagrams sent = new SentDatagrams();
    private final ByteStream stream;
    private List<Membership> groupsThere = List.of();

    Mouth(Bound where) {
      Datagrams order =
          Datagrams.newBuilder()
              .setLocal(Endpoints.of(where.local()))
              .setV6Only(where.v6Only())
              .build();
      this.stream =
          session.open(Opening.newBuilder().setDatagrams(order).build().toByteString(), this);
    }

    void listen(List<Membership> now) {
      if (now.equals(groupsThere)) return;
      groupsThere = now;
      GroupMemberships all =
          GroupMemberships.newBuilder()
              .addAllMemberships(now.stream().map(Membership::message).toList())
              .build();
      stream.send(DatagramFrames.of(Datagram.newBuilder().setGroups(all).build()));
    }

    void send(DatagramReader.Received one) {
      // A network that is too slow loses datagrams, and so does this one.
      if (!stream.writable()) return;
      sent.add(one.to(), one.from());
      stream.send(
          DatagramFrames.of(
              Datagram.newBuilder()
                  .setPeer(Endpoints.of(one.to()))
                  .setLocal(Endpoints.of(one.from()))
                  .setBytes(ByteString.copyFrom(one.bytes()))
                  .build()));
    }

    @Override
    public void data(ByteString bytes) {
      try {
        for (Datagram one : frames.take(bytes))
          if (one.hasError()) refuse(one);
          else answers.send(one);
        stream.consumed(bytes.size());
      } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
        stream.reset(Errno.EINVAL);
      }
    }

    /** The kernel here finds the socket by the head of the datagram, and does what it would. */
    private void refuse(Datagram one) {
      InetSocketAddress peer = Endpoints.socket(one.getPeer());
      InetSocketAddress from = sent.sourceTo(peer);
      if (from == null) return;
      byte[] datagram = IpPacket.datagram(from, peer, one.getBytes().toByteArray());
      IcmpError error = one.getError();
      byte[] packet =
          IpPacket.icmp(
              Endpoints.address(error.getFrom()),
              from.getAddress(),
              error.getType(),
              error.getCode(),
              error.getRest(),
              datagram);
      packets.send(packet, from);
    }

    @Override
    public void ended() {
      stream.endConsumed();
    }

    /** Where home's daemon was another one, the next look asks it again. */
    @Override
    public void reset(int error) {
      if (error == Errno.ECONNRESET) known.values().remove(this);
    }
  }

  @Override
  public void close() throws IOException {
    watch.cancel(false);
    try {
      session
          .loop()
          .submit(
              () -> {
                entrances.forEach(SocketHandle::close);
                diagnosis.close();
                groups.close();
                packets.close();
              })
          .get();
    } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
      throw new IOException(e);
    }
    answers.close();
  }
}
