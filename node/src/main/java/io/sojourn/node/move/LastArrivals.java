package io.sojourn.node.move;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.SocketDiagnosis;
import io.sojourn.engine.network.Arrivals;
import io.sojourn.engine.network.ConnectionLock;
import java.util.Collections;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who connect to a task while it is called home. The image would not hold who is on the way
 * to it, nor home's sockets when they are given back.
 */
final class LastArrivals {
  private static final Logger log = LoggerFactory.getLogger(LastArrivals.class);

  private LastArrivals() {}

  /**
   * From now on nobody new comes to the task, and who is on the way gets there. False where that
   * took too long.
   */
  static boolean letIn(MovedTask.Away away, ConnectionLock lock) throws Exception {
    Set<Integer> ports = Step.on(away.session().loop(), away.connections()::ports);
    if (ports.isEmpty()) return true;
    lock.cover(
        InternetSocket.inNamespaceOf((int) ProcessHandle.current().pid()).values().stream()
            .filter(socket -> socket.listening() && ports.contains(port(socket)))
            .toList());
    try (SocketDiagnosis diagnosis = SocketDiagnosis.make()) {
      boolean in =
          Arrivals.settle(
              () ->
                  Collections.disjoint(diagnosis.arriving(), ports)
                      && Step.on(away.session().loop(), away.connections()::settled));
      if (!in) log.warn("not all who connect to the task can be let in before it leaves");
      return in;
    }
  }

  private static int port(InternetSocket socket) {
    return Integer.parseInt(socket.local().substring(socket.local().lastIndexOf(':') + 1));
  }
}
