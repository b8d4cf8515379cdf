package io.sojourn.home.net;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.ImageSocket;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.network.TcpState;
import io.sojourn.engine.network.TcpStreamImage;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.protocol.criu.CriuTcpStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a task that has lived on after its image was made, somewhere else, and is to
 * live again from that image. Those through which nothing has gone since go on: what the task had
 * not taken is in the kernel's queue still. Through the others bytes would go twice or never, so
 * both ends are told of a reset.
 */
public final class SinceImage {
  private final List<ImageSocket> image;

  private SinceImage(List<ImageSocket> image) {
    this.image = image;
  }

  /**
   * Resets what has gone on. Before the connections are locked, so that the peers hear of it.
   *
   * @return those of the image that the task is to hear of: they are not there any more
   */
  public static List<ImageSocket> reset(Path image, Deputy deputy) throws IOException {
    List<ImageSocket> gone = new ArrayList<>(ImageSocket.connectionsToOthers(image));
    SinceImage since = new SinceImage(List.copyOf(gone));
    for (Descriptor held : deputy.descriptors().all()) {
      if (!held.isSocket()) continue;
      try (RawSocket ours = RawSocket.duplicateOf(held)) {
        if (!ours.internet() || !ours.stream() || ours.listens()) continue;
        ImageSocket same = since.unchanged(image, ours);
        if (same != null) gone.remove(same);
        else {
          if (TcpRepairMode.state(ours) != TcpState.CLOSE) ours.resetOnClose();
          deputy.descriptors().close(held.number());
        }
      }
    }
    return gone;
  }

  private @Nullable ImageSocket unchanged(Path directory, RawSocket ours) throws IOException {
    TcpState state = TcpRepairMode.state(ours);
    if (state == TcpState.CLOSE) return null;
    for (ImageSocket socket : image) {
      if (!is(socket, ours)) continue;
      CriuTcpStream then = TcpStreamImage.entry(TcpStreamImage.path(directory, socket.ino()));
      CriuTcpStream now = TcpRepairMode.on(ours).read().entry();
      TcpRepairMode.offQuietly(ours);
      boolean same =
          taken(then, socket.state()) == taken(now, state) && then.getOutqSeq() == now.getOutqSeq();
      return same ? socket : null;
    }
    return null;
  }

  /** The number of the first byte that was not read. An end that has come counts as one byte. */
  private static int taken(CriuTcpStream entry, TcpState state) {
    return entry.getInqSeq() - entry.getInqLen() - (state.receivedEnd() ? 1 : 0);
  }

  /** Whether a socket has the addresses of one in an image. */
  static boolean is(ImageSocket socket, RawSocket ours) {
    try {
      if (!ours.internet() || !ours.stream() || !ours.local().equals(socket.local())) return false;
      if (ours.listens()) return socket.listening();
      return socket.connection() && ours.peer().equals(socket.peer());
    } catch (RawSocket.SocketException notConnected) {
      return false;
    }
  }
}
