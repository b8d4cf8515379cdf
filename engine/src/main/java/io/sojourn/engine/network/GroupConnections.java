package io.sojourn.engine.network;

import io.sojourn.engine.linux.InternetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The TCP connections of several tasks, of one node or of several, looked at together.
 *
 * @param among those of which two of the tasks have the two ends; each end
 * @param unsettled why an image of all of them would not hold every byte, for now: one end of a
 *     connection is the kernel's alone
 */
public record GroupConnections(List<InternetSocket> among, Optional<String> unsettled) {
  /** Of an end that no process has: not accepted yet. */
  private static final Set<String> ARRIVING =
      Set.of("SYN_RECV", "NEW_SYN_RECV", "ESTABLISHED", "CLOSE_WAIT");

  /** Of an end that was closed: what was written to it may still be there. */
  private static final Set<String> ENDING = Set.of("FIN_WAIT1", "CLOSING", "LAST_ACK");

  /** Of the other end then: it has not heard of all. */
  private static final Set<String> LISTENING = Set.of("ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2");

  /**
   * @param nodes what each of them has
   */
  public static GroupConnections of(List<GroupEnds> nodes) {
    GroupWays ways = GroupWays.of(nodes);
    List<InternetSocket> among = new ArrayList<>();
    Optional<String> unsettled = Optional.empty();
    for (int at = 0; at < nodes.size(); at++)
      for (InternetSocket own : nodes.get(at).own()) {
        if (ways.task(own, at)) among.add(own);
        else if (unsettled.isEmpty())
          unsettled =
              ways.orphan(own, at)
                  .flatMap(other -> unsettled(own, other.end(), nodes.get(other.node()).ports()));
      }
    return new GroupConnections(List.copyOf(among), unsettled);
  }

  private static Optional<String> unsettled(
      InternetSocket own, InternetSocket other, Set<Integer> ports) {
    if (ARRIVING.contains(other.state()) && ports.contains(GroupEnds.port(other.local())))
      return Optional.of("the connection " + own.ends() + " was not accepted yet");
    if (ENDING.contains(other.state()) && LISTENING.contains(own.state()))
      return Optional.of(
          "the connection "
              + own.ends()
              + " was closed at its other end, and not all that was written there has arrived");
    return Optional.empty();
  }
}
