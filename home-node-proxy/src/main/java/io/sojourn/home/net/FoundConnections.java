package io.sojourn.home.net;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.TcpProgress;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.protocol.stream.StreamState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of a task that an earlier daemon has sent away: the sockets are its deputy's, the
 * bytes are in their queues, and the kernel has counted how far each stream came.
 */
public final class FoundConnections {
  private static final Logger log = LoggerFactory.getLogger(FoundConnections.class);

  private final KeptConnections kept;
  private final Map<Long, RawSocket> connected = new HashMap<>();
  private final List<RawSocket> listening = new ArrayList<>();
  private final List<RawSocket> datagrams = new ArrayList<>();

  private FoundConnections(KeptConnections kept) {
    this.kept = kept;
  }

  /**
   * @param file where the earlier daemon has noted them
   */
  public static FoundConnections of(Path file, Deputy deputy) throws IOException {
    FoundConnections found = new FoundConnections(KeptConnections.found(file));
    Map<Long, List<Integer>> numbers = new HashMap<>();
    // Not from /proc/net: the kernel does not list there what has ended in both directions.
    for (Descriptor held : deputy.descriptors().all())
      if (held.isSocket()) found.add(deputy, held.number(), numbers);
    found.kept.heldBy(deputy);
    return found;
  }

  private void add(Deputy deputy, int number, Map<Long, List<Integer>> numbers) throws IOException {
    RawSocket socket = RawSocket.adopt(deputy.descriptors().duplicate(number).release());
    if (!socket.internet()) {
      socket.close();
      return;
    }
    long cookie = socket.cookie();
    List<Integer> all = numbers.computeIfAbsent(cookie, first -> new ArrayList<>());
    all.add(number);
    kept.has(socket, all);
    if (all.size() > 1) socket.close();
    else if (!socket.stream()) datagrams.add(socket);
    else if (socket.listens()) listening.add(socket);
    else connected.put(cookie, socket);
  }

  /** For {@link HomeConnections}. */
  public KeptConnections kept() {
    return kept;
  }

  /** On the session's loop, before its first call. */
  public void into(HomeConnections connections, StreamSession session) throws IOException {
    session.lost(kept.generation());
    listening.forEach(connections::keepListening);
    datagrams.forEach(connections::keepDatagrams);
    Set<Long> alive = new HashSet<>();
    for (KeptStream one : kept.all()) {
      RawSocket socket = connected.remove(one.cookie());
      if (socket == null) kept.forget(one.cookie());
      else {
        alive.add(one.stream());
        goesOn(connections, session, one, socket);
      }
    }
    MadeAgain again = new MadeAgain(kept);
    again.into(connections, session, alive);
    again.done();
    connected.values().forEach(this::unknown);
  }

  private void unknown(RawSocket socket) {
    // One that was never connected is the task's own business.
    if (TcpRepairMode.state(socket) == TcpState.CLOSE) socket.close();
    else {
      TcpRepairMode.off(socket);
      end(socket);
    }
  }

  /** Nobody knows how far it came. */
  private void end(RawSocket socket) {
    socket.resetOnClose();
    kept.letGo(socket);
    socket.close();
  }

  private void goesOn(
      HomeConnections connections, StreamSession session, KeptStream one, RawSocket socket) {
    try {
      TcpRepairMode.off(socket);
      // What broke it is known to nobody: the other side hears that it is gone.
      if (socket.error() != 0) end(socket);
      else if (one.stream() == 0) waits(connections, one, socket);
      else serves(connections, session, one, socket);
    } catch (RawSocket.SocketException broken) {
      log.warn("connection {} -> {} is lost: {}", one.task(), one.peer(), "" + broken);
      end(socket);
    }
  }

  private static void waits(HomeConnections connections, KeptStream one, RawSocket socket) {
    long inImage = one.read() - TcpProgress.of(socket).read();
    connections.keep(new HomeSocket(socket, one.task(), one.peer(), inImage));
  }

  private static void serves(
      HomeConnections connections, StreamSession session, KeptStream one, RawSocket socket) {
    TcpState state = TcpRepairMode.state(socket);
    TcpProgress now = TcpProgress.of(socket);
    long queue = now.read() - one.read();
    StreamState.Builder stream =
        HomeConnections.opened(one.stream(), socket.local(), one.task(), one.peer())
            .setAcknowledged(Math.max(0, queue))
            .setConsumed(now.written() - one.written())
            .setEndConsumed(
                one.end() == KeptStream.End.CERTAIN
                    || (one.end() == KeptStream.End.BY_STREAM && state.sentEnd()));
    session.found(
        stream.build(),
        state.sentEnd() && state.receivedEnd(),
        (made, from) -> connections.goOn(made, queue, socket, one));
  }
}
