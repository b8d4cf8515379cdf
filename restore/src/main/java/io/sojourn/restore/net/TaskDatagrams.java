package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.util.concurrent.ScheduledFuture;
import io.sojourn.engine.linux.DatagramReader;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.SocketDiagnosis;
import io.sojourn.engine.linux.SocketDiagnosis.Bound;
import io.sojourn.engine.network.DatagramFrames;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketHandle;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Datagram;
import io.sojourn.protocol.connection.Datagrams;
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
  private final List<SocketHandle> entrances = new ArrayList<>();
  private final Map<Bound, ByteStream> known = new HashMap<>();
  private final ScheduledFuture<?> watch;

  private TaskDatagrams(StreamSession session, GuestNetwork network, SocketDiagnosis diagnosis) {
    this.session = session;
    this.diagnosis = diagnosis;
    this.answers = new PeerSockets(network.namespace());
    this.watch =
        session.loop().scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  static TaskDatagrams start(StreamSession session, GuestNetwork network) throws IOException {
    TaskDatagrams datagrams =
        new TaskDatagrams(session, network, network.namespace().call(SocketDiagnosis::make));
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
      ByteStream stream = of(one.from());
      // A network that is too slow loses datagrams, and so does this one.
      if (stream == null || !stream.writable()) continue;
      stream.send(
          DatagramFrames.of(
              Datagram.newBuilder()
                  .setPeer(Endpoints.of(one.to()))
                  .setLocal(Endpoints.of(one.from()))
                  .setBytes(ByteString.copyFrom(one.bytes()))
                  .build()));
    }
  }

  /** The stream of the socket that sends from here; null where it is gone again. */
  private @Nullable ByteStream of(InetSocketAddress source) {
    ByteStream stream = find(source);
    if (stream != null) return stream;
    look();
    return find(source);
  }

  private @Nullable ByteStream find(InetSocketAddress source) {
    for (Map.Entry<Bound, ByteStream> one : known.entrySet())
      if (one.getKey().sends(source)) return one.getValue();
    return null;
  }

  private void look() {
    if (session.isOver()) return;
    Set<Bound> now = new HashSet<>(diagnosis.datagrams());
    now.removeIf(
        one -> one.local().getPort() == GuestNetwork.RELAY_PORT || answers.isOurs(one.local()));
    known
        .entrySet()
        .removeIf(
            one -> {
              if (now.contains(one.getKey())) return false;
              one.getValue().finish();
              return true;
            });
    for (Bound one : now) known.computeIfAbsent(one, this::bind);
  }

  private ByteStream bind(Bound one) {
    Datagrams order =
        Datagrams.newBuilder().setLocal(Endpoints.of(one.local())).setV6Only(one.v6Only()).build();
    Mouth mouth = new Mouth();
    ByteStream stream =
        session.open(Opening.newBuilder().setDatagrams(order).build().toByteString(), mouth);
    mouth.stream = stream;
    return stream;
  }

  private final class Mouth implements StreamEnd {
    private final DatagramFrames frames = new DatagramFrames();
    private @Nullable ByteStream stream;

    @Override
    public void data(ByteString bytes) {
      ByteStream from = stream;
      if (from == null) return;
      try {
        frames.take(bytes).forEach(answers::send);
        from.consumed(bytes.size());
      } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
        from.reset(Errno.EINVAL);
      }
    }

    @Override
    public void ended() {
      if (stream != null) stream.endConsumed();
    }

    @Override
    public void reset(int error) {}
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
              })
          .get();
    } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
      throw new IOException(e);
    }
    answers.close();
  }
}
