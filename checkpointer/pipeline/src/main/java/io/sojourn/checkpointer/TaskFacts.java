package io.sojourn.checkpointer;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.Mapping;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.UnixSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the kernel shows of a task at one moment.
 *
 * @param root the JVM
 * @param processes it and its descendants, parents first
 */
record TaskFacts(
    int root,
    List<Integer> processes,
    List<Descriptor> descriptors,
    Map<Integer, List<Mapping>> mappings,
    Map<Long, InternetSocket> internetSockets,
    Map<Long, UnixSocket> unixSockets) {

  static TaskFacts of(int root) {
    List<Integer> processes = Proc.tree(root);
    List<Descriptor> descriptors = new ArrayList<>();
    processes.forEach(pid -> descriptors.addAll(Descriptor.of(pid)));
    Map<Integer, List<Mapping>> mappings =
        processes.stream().collect(Collectors.toMap(pid -> pid, Mapping::filesOf));
    return new TaskFacts(
        root,
        processes,
        List.copyOf(descriptors),
        mappings,
        InternetSocket.inNamespaceOf(root),
        UnixSocket.inNamespaceOf(root));
  }

  /** Inodes of the task's own sockets. */
  Set<Long> socketInodes() {
    return descriptors.stream()
        .filter(Descriptor::isSocket)
        .map(Descriptor::inode)
        .collect(Collectors.toSet());
  }

  /** The task's own TCP and UDP sockets. */
  List<InternetSocket> network() {
    Set<Long> own = socketInodes();
    return internetSockets.values().stream()
        .filter(socket -> own.contains(socket.inode()))
        .toList();
  }
}
