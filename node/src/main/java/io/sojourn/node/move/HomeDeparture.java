package io.sojourn.node.move;

import io.sojourn.checkpointer.Departure;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.home.net.HomeConnections;
import io.sojourn.home.net.HomeSocket;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task leaves home. No packet of its connections passes from the stop on; so its image remains
 * true until it runs elsewhere, or here again.
 */
final class HomeDeparture implements Departure {
  private final Path criu;
  private final @Nullable Revival beside;
  private final ConnectionLock lock;
  private final List<HomeSocket> connections = new ArrayList<>();
  private final List<RawSocket> listening = new ArrayList<>();
  private final List<RawSocket> datagrams = new ArrayList<>();
  private @Nullable CgroupFreeze group;
  private long standingNanos;

  /**
   * @param beside where the task lives beside its deputy; null: it is its own process still
   */
  HomeDeparture(Path criu, String taskId, @Nullable Revival beside) {
    this.criu = criu;
    this.beside = beside;
    this.lock = new ConnectionLock(taskId);
  }

  @Override
  public List<String> criu() {
    if (beside == null) return List.of(criu.toString());
    return List.of("nsenter", "--target", "" + beside.first(), "--pid", "--mount", criu.toString());
  }

  @Override
  public void beginning(ControlBlock task) {
    lock.cover(sockets(task));
  }

  @Override
  public void standing(ControlBlock task) {
    standingNanos = System.nanoTime();
    lock.cover(sockets(task));
  }

  private static List<InternetSocket> sockets(ControlBlock task) {
    Map<Long, InternetSocket> all = InternetSocket.inNamespaceOf(task.pid());
    return descriptors(task).values().stream()
        .map(descriptor -> all.get(descriptor.inode()))
        .filter(java.util.Objects::nonNull)
        .toList();
  }

  private static Map<Long, Descriptor> descriptors(ControlBlock task) {
    Map<Long, Descriptor> sockets = new HashMap<>();
    for (int pid : Proc.tree(task.pid()))
      for (Descriptor descriptor : Descriptor.of(pid))
        if (descriptor.isSocket()) sockets.putIfAbsent(descriptor.inode(), descriptor);
    return sockets;
  }

  @Override
  public void held(ControlBlock task, Path image) throws IOException {
    if (beside == null) {
      // Without it the process is stopped by a signal, which a shell with job control notices.
      CgroupFreeze freeze = CgroupFreeze.of(task.pid()).orElse(null);
      group = freeze;
      if (freeze != null) freeze.freeze(Proc.tree(task.pid()));
    }
    Map<Long, Descriptor> descriptors = descriptors(task);
    for (ImageSocket socket : ImageSocket.connectionsToOthers(image)) {
      Descriptor descriptor = descriptors.get((long) socket.ino());
      if (descriptor == null) continue;
      TcpStreamImage stream = TcpStreamImage.read(TcpStreamImage.path(image, socket.ino()));
      connections.add(
          HomeSocket.adopt(RawSocket.duplicateOf(descriptor), stream.received().length));
    }
    for (ImageSocket socket : ImageSocket.of(image)) {
      Descriptor descriptor = descriptors.get((long) socket.ino());
      if (descriptor == null) continue;
      if (socket.listening()) listening.add(RawSocket.duplicateOf(descriptor));
      if (socket.protocol() == ImageSocket.Protocol.UDP && socket.local().getPort() != 0)
        datagrams.add(RawSocket.duplicateOf(descriptor));
    }
  }

  @Override
  public void undone() {
    if (group != null) group.close();
    // The task has them itself.
    connections.forEach(one -> one.socket().close());
    listening.forEach(RawSocket::close);
    datagrams.forEach(RawSocket::close);
    connections.clear();
    listening.clear();
    datagrams.clear();
    unlock();
  }

  @Nullable Revival beside() {
    return beside;
  }

  /** For how long the task has stood still by now. */
  double standingMillis() {
    return (System.nanoTime() - standingNanos) / 1e6;
  }

  /** Keeps the process from running that is to become a deputy; null where a signal does. */
  @Nullable CgroupFreeze group() {
    return group;
  }

  /** Home goes on with the connections. */
  void into(HomeConnections home) {
    connections.forEach(home::keep);
    listening.forEach(home::keepListening);
    datagrams.forEach(home::keepDatagrams);
  }

  /** The task has ended, and is to have them again: ours are closed without a word. */
  void giveBack() {
    for (HomeSocket one : connections) {
      TcpRepairMode.on(one.socket());
      one.socket().close();
    }
    listening.forEach(RawSocket::close);
    datagrams.forEach(RawSocket::close);
    connections.clear();
    listening.clear();
    datagrams.clear();
  }

  void unlock() {
    if (lock.placed()) ConnectionLock.remove(lock.table());
  }
}
