package io.sojourn.restore.world;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.files.ConnectingSocket;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SilentStream;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.protocol.connection.Caller;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.restore.fuse.HomeMount;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects who reaches a socket of the task's at home, by its name, with the task that is here. */
final class CallersFromHome implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CallersFromHome.class);

  /** While more than its backlog wait for the task to accept them. */
  private static final long PATIENCE_SECONDS = 10;

  private final NetworkNamespace world;
  private final HomeMount files;

  /** To find a file asks the file system, which is this process. */
  private final ExecutorService threads =
      Executors.newCachedThreadPool(new DefaultThreadFactory("callers", true));

  CallersFromHome(NetworkNamespace world, HomeMount files) {
    this.world = world;
    this.files = files;
  }

  /**
   * On the loop of the stream by which home tells of somebody.
   *
   * @param carry gets the connection, on that loop, and its name at home
   */
  StreamEnd accept(ByteStream stream, ByteString opening, BiConsumer<RawSocket, String> carry) {
    try {
      Opening order = Opening.parseFrom(opening);
      if (order.hasCaller()) threads.execute(() -> connect(stream, order.getCaller(), carry));
      else stream.reset(Errno.EINVAL);
    } catch (InvalidProtocolBufferException malformed) {
      stream.reset(Errno.EINVAL);
    } catch (RejectedExecutionException over) {
      stream.reset(Errno.ECONNREFUSED);
    }
    return new Nothing(stream);
  }

  private void connect(ByteStream stream, Caller caller, BiConsumer<RawSocket, String> carry) {
    try {
      int socket = world.call(ConnectingSocket::make);
      if (socket < 0) throw new IOException("no socket: errno " + -socket);
      RawSocket made = RawSocket.adopt(socket);
      made.blocks(true);
      ThreadIdentity as =
          new ThreadIdentity(caller.getUid(), caller.getGid(), new int[] {caller.getGid()});
      int done = files.connect(caller.getFile(), made.descriptor(), as, PATIENCE_SECONDS);
      if (done < 0) made.close();
      stream.loop().execute(() -> connected(stream, caller.getSocket(), made, done, carry));
    } catch (IOException | RuntimeException failed) {
      LOG.warn("who connects at home does not reach the task: {}", failed.toString());
      stream.loop().execute(() -> stream.reset(Errno.ECONNREFUSED));
    }
  }

  private static void connected(
      ByteStream stream,
      String atHome,
      RawSocket made,
      int done,
      BiConsumer<RawSocket, String> carry) {
    if (done < 0) {
      stream.reset(-done);
      return;
    }
    if (stream.isOver()) {
      made.close();
      return;
    }
    carry.accept(made.notBlocking(), atHome);
    stream.finish();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /** Home has nothing more to say there. */
  private record Nothing(ByteStream stream) implements SilentStream {}
}
