package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Process;
import io.sojourn.protocol.image.Socket;
import io.sojourn.protocol.image.Thread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tasks of several nodes that are to live on one, where each had its numbers for itself. */
final class GroupNeighbours {
  private record Owner(String task, String from) {}

  private record Listener(Owner owner, String end) {
    private String port() {
      return end.substring(end.lastIndexOf(':') + 1);
    }

    private String host() {
      return end.substring(0, end.lastIndexOf(':'));
    }

    private boolean all() {
      return host().equals("0.0.0.0") || host().matches("\\[[0:]*]");
    }

    boolean collides(Listener other) {
      return port().equals(other.port()) && (all() || other.all() || host().equals(other.host()));
    }
  }

  private final String node;
  private final Map<Integer, Owner> numbers = new HashMap<>();
  private final List<Listener> listeners = new ArrayList<>();

  /**
   * @param node on which they are to live
   */
  GroupNeighbours(String node) {
    this.node = node;
  }

  /**
   * One more.
   *
   * @param image with the addresses that its sockets have here
   * @throws OperationException refused: it and one that came before cannot both live here
   */
  void add(Manifest image) {
    Owner owner = new Owner(image.getTask().getName(), image.getMachine().getNode());
    for (int number : numbers(image))
      refuse(owner, numbers.putIfAbsent(number, owner), "number " + number);
    for (Socket socket : image.getSocketsList())
      if (socket.getState().equals("LISTEN") && socket.getProtocol().startsWith("tcp")) {
        Listener own = new Listener(owner, socket.getLocal());
        for (Listener other : listeners)
          if (own.collides(other)) refuse(owner, other.owner(), "port " + own.port());
        listeners.add(own);
      }
  }

  private static Set<Integer> numbers(Manifest image) {
    Set<Integer> numbers = new TreeSet<>();
    for (Process process : image.getProcessesList()) numbers.add(process.getPid());
    for (Thread thread : image.getThreadsList()) numbers.add(thread.getTid());
    return numbers;
  }

  private void refuse(Owner owner, @Nullable Owner other, String what) {
    // What they have had side by side they may have again.
    if (other == null || other.from().equals(owner.from())) return;
    throw OperationException.refused(
        "tasks %s and %s both have %s, and would live on node %s"
            .formatted(other.task(), owner.task(), what, node),
        "bring one of them to another node: --on %s=NODE".formatted(owner.task()));
  }
}
