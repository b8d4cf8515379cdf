package io.sojourn.engine.network;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Proc;
import io.sojourn.protocol.image.Manifest;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one node has of its tasks' TCP connections.
 *
 * @param own the tasks' ends
 * @param ports on which the tasks listen
 * @param orphans ends that the kernel has, and no process: not accepted yet, or closed and not over
 */
public record GroupEnds(
    List<InternetSocket> own, Set<Integer> ports, List<InternetSocket> orphans) {
  private static final Set<String> OVER = Set.of("LISTEN", "CLOSE", "TIME_WAIT");

  /**
   * @param roots the tasks' JVMs, which share the network of this process
   */
  public static GroupEnds of(Collection<Integer> roots) {
    List<InternetSocket> all =
        InternetSocket.connectionsInNamespaceOf((int) ProcessHandle.current().pid());
    Set<Long> inodes = new HashSet<>();
    for (int root : roots)
      for (int pid : Proc.tree(root))
        for (Descriptor open : Descriptor.of(pid)) if (open.isSocket()) inodes.add(open.inode());
    return of(inodes, all);
  }

  static GroupEnds of(Set<Long> inodes, List<InternetSocket> all) {
    List<InternetSocket> connections =
        all.stream().filter(socket -> !OVER.contains(socket.state())).toList();
    return new GroupEnds(
        connections.stream().filter(socket -> inodes.contains(socket.inode())).toList(),
        all.stream()
            .filter(socket -> inodes.contains(socket.inode()) && socket.listening())
            .map(socket -> port(socket.local()))
            .collect(Collectors.toSet()),
        connections.stream().filter(socket -> socket.inode() == 0).toList());
  }

  /** Of tasks that are in images, and nowhere else. */
  public static GroupEnds ofImages(Collection<Manifest> images) {
    return new GroupEnds(
        images.stream().flatMap(image -> ofImage(image).stream()).toList(), Set.of(), List.of());
  }

  /** The ends of connections that are in an image. */
  public static List<InternetSocket> ofImage(Manifest image) {
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

  /**
   * What the kernel here still keeps of these connections, though nobody has them open: as long as
   * it is there they cannot be made again.
   */
  public List<InternetSocket> left() {
    Set<String> wanted = own.stream().map(GroupEnds::way).collect(Collectors.toSet());
    return InternetSocket.connectionsInNamespaceOf((int) ProcessHandle.current().pid()).stream()
        .filter(end -> end.inode() == 0 && wanted.contains(way(end)))
        .toList();
  }

  /** Of these connections, those of which an end is here. */
  public List<InternetSocket> here(Collection<InternetSocket> connections) {
    Set<String> ways = own.stream().map(GroupEnds::way).collect(Collectors.toSet());
    return connections.stream()
        .filter(end -> ways.contains(way(end)) || ways.contains(back(end)))
        .toList();
  }

  static String way(InternetSocket end) {
    return end.local() + " " + end.remote();
  }

  /** As the other end sees it. */
  static String back(InternetSocket end) {
    return end.remote() + " " + end.local();
  }

  static int port(String end) {
    return Integer.parseInt(end.substring(end.lastIndexOf(':') + 1));
  }
}
