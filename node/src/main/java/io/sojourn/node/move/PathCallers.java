package io.sojourn.node.move;

import com.google.protobuf.ByteString;
import io.netty.channel.unix.PeerCredentials;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SilentStream;
import io.sojourn.home.net.HomePipes;
import io.sojourn.home.net.PathSockets;
import io.sojourn.protocol.connection.Caller;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.protocol.files.Entry;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the guest node of those who connect at home to a socket of a task that is there. */
final class PathCallers implements PathSockets.Callers {
  private static final Logger LOG = LoggerFactory.getLogger(PathCallers.class);

  private final MovedTask task;
  private final Executor workers;

  /**
   * @param workers may wait for the deputy
   */
  PathCallers(MovedTask task, Executor workers) {
    this.task = task;
    this.workers = workers;
  }

  @Override
  public void comes(Entry file, RawSocket socket, PeerCredentials who) {
    // While it is on its way nobody knows where it will be; and at first it has no deputy.
    workers.execute(() -> task.whenThere(() -> keep(file, socket, who)));
  }

  private void keep(Entry file, RawSocket socket, PeerCredentials who) {
    MovedTask.Away away = task.away();
    try (socket) {
      if (away == null) return;
      String name = UnixAtHome.keep(task, socket.descriptor());
      Caller caller =
          Caller.newBuilder()
              .setFile(file)
              .setSocket(name)
              .setUid(who.uid())
              .setGid(who.gids()[0])
              .build();
      away.pipeSession().loop().execute(() -> tell(away, caller));
    } catch (IOException nobody) {
      LOG.warn("who connects to task {} is not heard: {}", task.name(), nobody.getMessage());
    }
  }

  private static void tell(MovedTask.Away away, Caller caller) {
    Told told = new Told(away.pipes(), caller.getSocket());
    ByteString opening = Opening.newBuilder().setCaller(caller).build().toByteString();
    told.stream = away.pipeSession().open(opening, told);
    told.stream.finish();
  }

  /** The guest node ends the stream when it carries the connection. */
  private static final class Told implements SilentStream {
    private final HomePipes pipes;
    private final String socket;

    @SuppressWarnings("NullAway.Init")
    private ByteStream stream;

    Told(HomePipes pipes, String socket) {
      this.pipes = pipes;
      this.socket = socket;
    }

    @Override
    public ByteStream stream() {
      return stream;
    }

    @Override
    public void reset(int error) {
      pipes.refused(socket);
    }
  }
}
