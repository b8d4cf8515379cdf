package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.SocketDiagnosis.Listening;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamAcceptor;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Connected;
import io.sojourn.protocol.connection.Established;
import io.sojourn.protocol.connection.Inbound;
import io.sojourn.protocol.connection.Listen;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.protocol.stream.SessionState;
import io.sojourn.protocol.stream.StreamState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** All connections of one task that is away, on the guest node. */
public final class GuestConnections implements StreamAcceptor, AutoCloseable {
  private record Carried(SocketRelay relay, InetSocketAddress task, InetSocketAddress peer) {}

  private final GuestNetwork network;
  private final IntSupplier root;
  private final Map<Long, Carried> carried = new HashMap<>();
  private @Nullable StreamSession session;
  private @Nullable TaskConnects connects;
  private @Nullable TaskListeners listeners;
  private @Nullable TaskDatagrams datagrams;

  /**
   * @param root the process of which all others of the task are children
   */
  public GuestConnections(GuestNetwork network, IntSupplier root) {
    this.network = network;
    this.root = root;
  }

  /** From now on, what the task does in its network happens at home. */
  public void start(StreamSession session) throws IOException {
    start(session, Map.of());
  }

  private void start(StreamSession session, Map<Listening, ByteStream> heard) throws IOException {
    this.session = session;
    TaskListeners own = TaskListeners.start(session, network, heard);
    this.listeners = own;
    this.connects = TaskConnects.start(this, session, network, own);
    this.datagrams = TaskDatagrams.start(session, network, root);
  }

  /**
   * A connection that the task had when it left. Its mirror is opened, and the stream with it.
   *
   * @param atHome bytes in the image's send queue that home's kernel has as well, and sends
   */
  public void mirror(
      MirrorSocket mirror,
      TcpState state,
      InetSocketAddress task,
      InetSocketAddress peer,
      long atHome) {
    StreamSession of = session;
    if (of == null) throw new IllegalStateException("not started");
    SocketRelay relay = new SocketRelay(atHome);
    if (state.receivedEnd()) relay.outputEnded();
    Opening opening =
        Opening.newBuilder()
            .setEstablished(
                Established.newBuilder().setLocal(Endpoints.of(task)).setPeer(Endpoints.of(peer)))
            .build();
    of.loop()
        .execute(
            () -> {
              ByteStream stream = of.open(opening.toByteString(), relay);
              relay.of(stream);
              carry(relay, task, peer);
              mirror.open();
              relay.connected(mirror.release());
              if (state == TcpState.FIN_WAIT2) stream.finish();
            });
  }

  /**
   * Goes on with the connections that the task had on another guest node, instead of {@link
   * #start}. CRIU has restored the task's ends. Not on the session's loop.
   *
   * @param session new, and without a call
   * @param state of the session on the other node
   */
  public void resume(StreamSession session, SessionState state, List<OnwardConnection> connections)
      throws IOException {
    try {
      start(session, session.loop().submit(() -> restore(session, state, connections)).get());
    } catch (InterruptedException | ExecutionException failed) {
      throw new IOException("the streams cannot go on", failed);
    }
  }

  private Map<Listening, ByteStream> restore(
      StreamSession session, SessionState state, List<OnwardConnection> connections) {
    Map<Long, OnwardConnection> byStream = new HashMap<>();
    connections.forEach(one -> byStream.put(one.before().getStream(), one));
    SessionState.Builder adjusted = state.toBuilder().clearStreams();
    for (StreamState stream : state.getStreamsList()) {
      OnwardConnection one = byStream.get(stream.getStream());
      adjusted.addStreams(one == null ? stream : one.stream(stream));
    }
    Map<Listening, ByteStream> heard = new HashMap<>();
    session.restore(
        adjusted.build(),
        (stream, old) -> {
          OnwardConnection one = byStream.get(stream.number());
          return one == null ? without(stream, old, heard) : onward(stream, one);
        });
    return heard;
  }

  private SocketRelay onward(ByteStream stream, OnwardConnection one) {
    SocketRelay relay = one.relay().of(stream);
    one.mirror().open();
    relay.connected(one.mirror().release());
    carry(relay, one.socket().local(), one.socket().peer());
    return relay;
  }

  /** A listener goes on at home as it is; whatever else had no connection yet begins anew. */
  private static StreamEnd without(
      ByteStream stream, StreamState old, Map<Listening, ByteStream> heard) {
    try {
      Opening opening = Opening.parseFrom(old.getOpening());
      if (opening.hasListen()) {
        Listen listen = opening.getListen();
        Listening where =
            new Listening(
                Endpoints.socket(listen.getLocal()), listen.getV6Only(), listen.getBacklog());
        heard.put(where, stream);
        return TaskListeners.ear(where, stream);
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      // It is reset like the others.
    }
    stream.loop().execute(() -> stream.reset(Errno.ECONNRESET));
    return new SocketRelay().of(stream);
  }

  void carry(SocketRelay relay, InetSocketAddress task, InetSocketAddress peer) {
    carried.values().removeIf(one -> one.relay().stream().isOver());
    carried.put(relay.stream().number(), new Carried(relay, task, peer));
  }

  /** The sockets of the session's streams, once it is frozen. On the session's loop. */
  public List<FrozenRelay> frozen() {
    List<FrozenRelay> frozen = new ArrayList<>();
    for (Carried one : carried.values()) {
      RawSocket socket = one.relay().socket();
      if (socket != null) frozen.add(FrozenRelay.of(one.relay(), socket, one.task(), one.peer()));
    }
    return frozen;
  }

  @Override
  public StreamEnd accept(ByteStream stream, ByteString opening) {
    SocketRelay relay = new SocketRelay().of(stream);
    try {
      Opening order = Opening.parseFrom(opening);
      if (order.hasInbound()) inbound(stream, relay, order.getInbound());
      else stream.reset(Errno.EINVAL);
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      stream.reset(Errno.EINVAL);
    }
    return relay;
  }

  /** Home has accepted for the task: here the peer connects to the task's own listening socket. */
  private void inbound(ByteStream stream, SocketRelay relay, Inbound order) {
    InetSocketAddress task = Endpoints.socket(order.getLocal());
    InetSocketAddress peer = Endpoints.socket(order.getPeer());
    network
        .namespace()
        .execute(
            () -> {
              RawSocket socket = RawSocket.tcp(peer);
              int error = connect(socket, peer, task);
              stream.loop().execute(() -> inbound(relay, socket, error, task, peer));
            });
  }

  private void inbound(
      SocketRelay relay,
      RawSocket socket,
      int error,
      InetSocketAddress task,
      InetSocketAddress peer) {
    if (error != 0) {
      relay.stream().reset(error);
      socket.close();
      return;
    }
    // Home waits for this before the task leaves: who is on the way here would be lost. From then
    // on who is not accepted yet is in the task's own queue, where that is seen.
    Connected here = Connected.newBuilder().setLocal(Endpoints.of(task)).build();
    relay.whenOpen(() -> relay.stream().answer(here.toByteString())).connected(socket);
    carry(relay, task, peer);
  }

  /** Begins to connect from the peer's own address. Whether that was done shows in the socket. */
  private static int connect(RawSocket socket, InetSocketAddress peer, InetSocketAddress task) {
    try {
      socket.reuseAddress().transparent().mark(MirrorSocket.MARK).noDelay().bind(peer);
      socket.connect(task);
      return 0;
    } catch (RawSocket.SocketException refused) {
      return refused.error();
    }
  }

  @Override
  public void close() throws IOException {
    if (datagrams != null) datagrams.close();
    if (listeners != null) listeners.close();
    if (connects != null) connects.close();
  }
}
