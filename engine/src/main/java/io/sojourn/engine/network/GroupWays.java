package io.sojourn.engine.network;

import io.sojourn.engine.linux.InternetSocket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the other ends of connections: on the same node, or on another one. */
final class GroupWays {
  /** An end, and which of the nodes has it. */
  record Held(int node, InternetSocket end) {}

  private final Map<String, List<Held>> tasks = new HashMap<>();
  private final Map<String, List<Held>> orphans = new HashMap<>();

  private GroupWays() {}

  static GroupWays of(List<GroupEnds> nodes) {
    GroupWays ways = new GroupWays();
    for (int at = 0; at < nodes.size(); at++) {
      for (InternetSocket end : nodes.get(at).own()) add(ways.tasks, at, end);
      for (InternetSocket end : nodes.get(at).orphans()) add(ways.orphans, at, end);
    }
    return ways;
  }

  private static void add(Map<String, List<Held>> to, int node, InternetSocket end) {
    to.computeIfAbsent(GroupEnds.way(end), unseen -> new ArrayList<>()).add(new Held(node, end));
  }

  /** Whether a task has the other end of this one. */
  boolean task(InternetSocket end, int node) {
    return other(tasks, end, node).isPresent();
  }

  /** The other end of this one, where only a kernel has it. */
  Optional<Held> orphan(InternetSocket end, int node) {
    return other(orphans, end, node);
  }

  private static Optional<Held> other(Map<String, List<Held>> among, InternetSocket end, int node) {
    // Each node has a loopback of its own, where the same addresses mean another connection.
    boolean within = loopback(end);
    return among.getOrDefault(GroupEnds.back(end), List.of()).stream()
        .filter(other -> !within || other.node() == node)
        .findFirst();
  }

  private static boolean loopback(InternetSocket end) {
    String host = end.remote().substring(0, end.remote().lastIndexOf(':'));
    try {
      // A literal address: nobody is asked.
      return InetAddress.getByName(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
    } catch (UnknownHostException noAddress) {
      return false;
    }
  }
}
