package io.sojourn.home.net;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.protocol.criu.CriuTcpStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The TCP sockets that a deputy has kept while its task was frozen. They are the very sockets that
 * the task had, and the kernel went on talking to the peers: what has come is in their queues,
 * behind what the image has. So they are dumped once more, without the task.
 */
public final class KeptSockets implements AutoCloseable {
  private final List<RawSocket> connections = new ArrayList<>();
  private final List<RawSocket> listening = new ArrayList<>();

  /**
   * Writes what the kernel has of the connections by now into an image. No packet of theirs may
   * pass from now on. What the image has of others stays as it is: those have broken, and the task
   * hears of it from the peer.
   */
  public static KeptSockets into(Path image, Deputy deputy) throws IOException {
    KeptSockets kept = new KeptSockets();
    Map<Long, Descriptor> held = new HashMap<>();
    for (Descriptor descriptor : deputy.descriptors().all())
      if (descriptor.isSocket()) held.putIfAbsent(descriptor.inode(), descriptor);
    Map<Integer, TcpState> states = new HashMap<>();
    for (ImageSocket socket : ImageSocket.of(image)) {
      Descriptor descriptor = held.get(Integer.toUnsignedLong(socket.ino()));
      // In a later life it was made anew, and is another to the kernel.
      if (descriptor == null) descriptor = byAddress(socket, held.values());
      if (descriptor == null) continue;
      if (socket.listening()) kept.listening.add(RawSocket.duplicateOf(descriptor));
      if (socket.connection()) kept.connection(image, socket, descriptor, states);
    }
    ImageSocket.rewrite(image, states);
    return kept;
  }

  private static @Nullable Descriptor byAddress(ImageSocket socket, Collection<Descriptor> held) {
    if (!socket.connection() && !socket.listening()) return null;
    for (Descriptor one : held)
      try (RawSocket ours = RawSocket.duplicateOf(one)) {
        if (SinceImage.is(socket, ours)) return one;
      }
    return null;
  }

  private void connection(
      Path image, ImageSocket socket, Descriptor descriptor, Map<Integer, TcpState> states)
      throws IOException {
    RawSocket ours = RawSocket.duplicateOf(descriptor);
    connections.add(ours);
    TcpRepairMode repair = TcpRepairMode.on(ours);
    TcpState state = TcpRepairMode.state(ours);
    if (state == TcpState.CLOSE) return;
    Path file = TcpStreamImage.path(image, socket.ino());
    CriuTcpStream before = TcpStreamImage.entry(file);
    TcpStreamImage now = repair.read();
    CriuTcpStream.Builder entry = now.entry().toBuilder();
    if (before.hasNodelay()) entry.setNodelay(before.getNodelay());
    if (before.hasCork()) entry.setCork(before.getCork());
    new TcpStreamImage(entry.build(), now.received(), now.sending()).write(file);
    states.put(socket.ino(), state);
  }

  /** Of each, one that is ours. */
  public List<RawSocket> listening() {
    return listening;
  }

  /** The connections are the task's own again: ours are closed without a word to the peers. */
  public void closeConnections() {
    connections.forEach(RawSocket::close);
    connections.clear();
  }

  /** Connections in repair mode go on, where others still hold them. */
  public void goOn() {
    connections.forEach(TcpRepairMode::offQuietly);
    close();
  }

  /** Another has closed those that listen. */
  public void handedOver() {
    listening.clear();
  }

  @Override
  public void close() {
    closeConnections();
    listening.forEach(RawSocket::close);
    listening.clear();
  }
}
