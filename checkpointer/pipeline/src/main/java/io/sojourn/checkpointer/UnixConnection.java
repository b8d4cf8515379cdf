package io.sojourn.checkpointer;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.SocketProbe;
import io.sojourn.engine.linux.UnixPeers;
import io.sojourn.engine.linux.UnixSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A unix connection of the task whose other end is not the task's: to a database, a container
 * engine, a name service.
 *
 * @param descriptors all of the task's; the JVM's own first
 * @param accepted whether the other side has
 * @param peer the socket at the other end; null where that is in another network namespace, or
 *     nobody has accepted it yet
 */
record UnixConnection(
    List<Descriptor> descriptors, UnixSocket socket, boolean accepted, @Nullable UnixSocket peer) {

  /**
   * By inode. Those that the other side has closed are the task's alone: CRIU takes such halves.
   */
  static Map<Long, UnixConnection> toOthers(TaskFacts facts) {
    Map<Long, List<Descriptor>> connected = new LinkedHashMap<>();
    for (Descriptor descriptor : facts.descriptors()) {
      UnixSocket unix = descriptor.isSocket() ? facts.unixSockets().get(descriptor.inode()) : null;
      // Whom datagrams go to is looked up anew at each of them.
      if (unix != null && unix.connected() && !unix.datagrams())
        connected.computeIfAbsent(descriptor.inode(), inode -> new ArrayList<>()).add(descriptor);
    }
    if (connected.isEmpty()) return Map.of();
    try (UnixPeers peers = UnixPeers.inNamespaceOf(facts.root())) {
      return toOthers(facts, connected, peers);
    } catch (IOException ended) {
      return Map.of();
    }
  }

  private static Map<Long, UnixConnection> toOthers(
      TaskFacts facts, Map<Long, List<Descriptor>> connected, UnixPeers peers) {
    Set<Long> own = facts.socketInodes();
    Map<Long, UnixConnection> found = new LinkedHashMap<>();
    connected.forEach(
        (inode, descriptors) -> {
          OptionalLong asked = peers.peer(inode);
          if (asked.isEmpty() || own.contains(asked.getAsLong())) return;
          long peer = asked.getAsLong();
          if (peer == 0 && !waits(facts, descriptors.get(0))) return;
          found.put(
              inode,
              new UnixConnection(
                  descriptors,
                  Objects.requireNonNull(facts.unixSockets().get(inode)),
                  peer != 0,
                  facts.unixSockets().get(peer)));
        });
    return found;
  }

  /** Whether it is one that somebody else has not accepted yet, rather than one that is closed. */
  private static boolean waits(TaskFacts facts, Descriptor descriptor) {
    return !SocketProbe.closedByPeer(descriptor)
        && SocketProbe.peerPid(descriptor).stream().noneMatch(facts.processes()::contains);
  }

  Descriptor first() {
    return descriptors.get(0);
  }
}
