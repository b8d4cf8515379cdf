package io.sojourn.node.move;

import io.sojourn.engine.network.Backlog;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.home.net.KeptSockets;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a frozen task, on their way from its deputy into its next life. Until the
 * deputy has given them up a failure changes nothing. Afterwards they are in the prepared image
 * alone: then the lock stays, so that peers go on repeating themselves until the next try.
 */
final class ConnectionsOfFrozen implements AutoCloseable {
  private final Attendance at;
  private final ConnectionLock lock;
  private boolean silent;
  private @Nullable KeptSockets sockets;
  private boolean givenUp;
  private boolean over;

  /**
   * @param silent an earlier try has left a lock
   */
  ConnectionsOfFrozen(Attendance at, boolean silent) {
    this.at = at;
    this.lock = new ConnectionLock(at.task().id());
    this.silent = silent;
  }

  /** Writes them into the image, and makes the deputy give up all that the image has by then. */
  void into(Path image) {
    Step.of(
        "to take over the connections",
        () -> {
          lock.cover(
              at.holder().descriptors().sockets().values().stream()
                  .filter(socket -> socket.tcp() && !socket.listening())
                  .toList());
          silent |= lock.placed();
          KeptSockets kept = KeptSockets.into(image, at.holder());
          sockets = kept;
          Backlog.share(kept.listening());
          givenUp = true;
          at.giveUpFiles();
          kept.closeConnections();
          return kept;
        });
  }

  /** The task has them, and listens. */
  void areTheTasks() throws IOException {
    if (sockets != null) {
      Backlog.handOver(sockets.listening());
      sockets.handedOver();
    }
  }

  /** The peers may be heard. */
  void unlock() {
    over = true;
    if (silent) ConnectionLock.remove(lock.table());
  }

  @Override
  public void close() {
    if (over) return;
    if (sockets != null) {
      if (givenUp) sockets.close();
      else sockets.goOn();
    }
    if (!givenUp && lock.placed()) ConnectionLock.remove(lock.table());
  }
}
