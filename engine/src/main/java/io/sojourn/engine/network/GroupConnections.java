package io.sojourn.engine.network;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.protocol.image.Manifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The TCP connections of several tasks of this node, looked at together.
 *
 * @param among those of which two of the tasks have the two ends; each end
 * @param unsettled why an image of all of them would not hold every byte, for now: one end of a
 *     connection is the kernel's alone
 */
public record GroupConnections(List<InternetSocket> among, Optional<String> unsettled) {
  private static final Set<String> OVER = Set.of("LISTEN", "CLOSE", "TIME_WAIT");

  /** Of an end that no process has: not accepted yet. */
  private static final Set<String> ARRIVING =
      Set.of("SYN_RECV", "NEW_SYN_RECV", "ESTABLISHED", "CLOSE_WAIT");

  /** Of an end that was closed: what was written to it may still be there. */
  private static final Set<String> ENDING = Set.of("FIN_WAIT1", "CLOSING", "LAST_ACK");

  /** Of the other end then: it has not heard of all. */
  private static final Set<String> LISTENING = Set.of("ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2");

  /**
   * @param roots the tasks' JVMs, which share the network of this process
   */
  public static GroupConnections of(Collection<Integer> roots) {
    List<InternetSocket> all =
        InternetSocket.connectionsInNamespaceOf((int) ProcessHandle.current().pid());
    Set<Long> inodes = new HashSet<>();
    for (int root : roots)
      for (int pid : Proc.tree(root))
        for (Descriptor open : Descriptor.of(pid)) if (open.isSocket()) inodes.add(open.inode());
    return of(inodes, all);
  }

  static GroupConnections of(Set<Long> inodes, List<InternetSocket> all) {
    Map<String, InternetSocket> ends = new HashMap<>();
    for (InternetSocket socket : all)
      if (!OVER.contains(socket.state())) ends.put(socket.local() + " " + socket.remote(), socket);
    Set<Integer> ports =
        all.stream()
            .filter(socket -> inodes.contains(socket.inode()) && socket.listening())
            .map(socket -> port(socket.local()))
            .collect(Collectors.toSet());
    List<InternetSocket> among = new ArrayList<>();
    Optional<String> unsettled = Optional.empty();
    for (InternetSocket own : ends.values()) {
      if (!inodes.contains(own.inode())) continue;
      InternetSocket other = ends.get(own.remote() + " " + own.local());
      if (other == null) continue;
      if (inodes.contains(other.inode())) among.add(own);
      else if (other.inode() == 0) unsettled = unsettled.or(() -> unsettled(own, other, ports));
    }
    return new GroupConnections(List.copyOf(among), unsettled);
  }

  /** The ends of connections of which two of these images have the two ends. */
  public static List<InternetSocket> among(Collection<Manifest> images) {
    List<InternetSocket> all = images.stream().flatMap(image -> of(image).stream()).toList();
    Set<String> ends =
        all.stream().map(end -> end.local() + " " + end.remote()).collect(Collectors.toSet());
    return all.stream().filter(end -> ends.contains(end.remote() + " " + end.local())).toList();
  }

  /**
   * What the kernel still keeps of connections that these images have, though nobody has them open:
   * as long as it is there they cannot be made again.
   */
  public static List<InternetSocket> leftOf(Collection<Manifest> images) {
    Set<String> wanted =
        images.stream()
            .flatMap(image -> of(image).stream())
            .map(end -> end.local() + " " + end.remote())
            .collect(Collectors.toSet());
    return InternetSocket.connectionsInNamespaceOf((int) ProcessHandle.current().pid()).stream()
        .filter(end -> end.inode() == 0 && wanted.contains(end.local() + " " + end.remote()))
        .toList();
  }

  private static List<InternetSocket> of(Manifest image) {
    return image.getSocketsList().stream()
        .filter(socket -> socket.getProtocol().startsWith("tcp"))
        .filter(socket -> !OVER.contains(socket.getState()))
        .map(
            socket ->
                new InternetSocket(
                    socket.getInode(),
                    socket.getProtocol(),
                    socket.getState(),
                    socket.getLocal(),
                    socket.getRemote(),
                    socket.getSendQueue(),
                    socket.getReceiveQueue()))
        .toList();
  }

  private static Optional<String> unsettled(
      InternetSocket own, InternetSocket other, Set<Integer> ports) {
    if (ARRIVING.contains(other.state()) && ports.contains(port(other.local())))
      return Optional.of("the connection " + own.ends() + " was not accepted yet");
    if (ENDING.contains(other.state()) && LISTENING.contains(own.state()))
      return Optional.of(
          "the connection "
              + own.ends()
              + " was closed at its other end, and not all that was written there has arrived");
    return Optional.empty();
  }

  private static int port(String end) {
    return Integer.parseInt(end.substring(end.lastIndexOf(':') + 1));
  }
}
