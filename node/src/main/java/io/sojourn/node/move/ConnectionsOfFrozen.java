package io.sojourn.node.move;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.Backlog;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.home.net.KeptSockets;
import io.sojourn.home.net.SinceImage;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a frozen task, on their way from its deputy into its next life. Until the
 * deputy has given them up a failure changes nothing. Afterwards they are in the prepared image
 * alone: then the lock stays, so that peers go on repeating themselves until the next try.
 */
final class ConnectionsOfFrozen implements AutoCloseable {
  /** In the prepared image: which of its connections are not there any more. */
  private static final String GONE = "gone";

  private final Attendance at;
  private final ConnectionLock lock;
  private boolean silent;
  private @Nullable KeptSockets sockets;
  private List<ImageSocket> gone = List.of();
  private boolean givenUp;

  /** Of unix connections nobody can say whether they have gone on. */
  private boolean livedOn;

  private boolean over;

  /**
   * @param silent an earlier try has left a lock
   */
  ConnectionsOfFrozen(Attendance at, boolean silent) {
    this.at = at;
    this.lock = new ConnectionLock(at.task().id());
    this.silent = silent;
  }

  /**
   * The task has lived on since the image was made: connections that have gone on, too, are reset.
   * Before {@link #into}.
   */
  void resetThoseThatWentOn(Path image) {
    livedOn = true;
    Step.of(
        "to compare the connections",
        () -> {
          Path note = image.resolve(GONE);
          // What an earlier try has taken out of the deputy cannot be compared any more.
          gone = Files.exists(note) ? noted(image, note) : SinceImage.reset(image, at.holder());
          Files.write(note, gone.stream().map(one -> "" + one.ino()).toList());
          lock.cover(ImageSocket.speakingWhenRestored(image));
          return gone;
        });
  }

  private static List<ImageSocket> noted(Path image, Path note) throws IOException {
    List<String> numbers = Files.readAllLines(note);
    return ImageSocket.connectionsToOthers(image).stream()
        .filter(one -> numbers.contains("" + one.ino()))
        .toList();
  }

  /** The task, which stands still, is to hear of those that were reset. */
  void tell(ControlBlock task) {
    if (gone.isEmpty()) return;
    for (int pid : Proc.tree(task.pid()))
      for (Descriptor held : Descriptor.of(pid)) if (held.isSocket()) tell(held);
  }

  private void tell(Descriptor held) {
    try (RawSocket socket = RawSocket.lookAt(held)) {
      if (!socket.internet() || !socket.stream() || socket.listens()) return;
      InetSocketAddress local = socket.local(), peer = socket.peer();
      if (gone.stream().noneMatch(one -> one.local().equals(local) && one.peer().equals(peer)))
        return;
      // In repair mode it would be another error.
      TcpRepairMode.offQuietly(socket);
      socket.disconnect();
    } catch (RawSocket.SocketException told) {
      // By another of its descriptors.
    }
  }

  private Set<String> given(Path image) {
    Set<String> given = new HashSet<>(livedOn ? Set.of() : UnixAtHome.names(image));
    for (Stream stream : ImageDirectory.open(image).manifest().getStreamsList())
      if (StreamKind.isFifo(stream)) given.add(stream.getPath());
    return given;
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
          at.giveUpFiles(given(image));
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
    if (!givenUp) lock.lift();
  }
}
