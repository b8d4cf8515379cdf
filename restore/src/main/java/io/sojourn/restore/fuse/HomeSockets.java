package io.sojourn.restore.fuse;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.sojourn.engine.files.ListeningSocket;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.ConnectSocket;
import io.sojourn.protocol.files.Entry;
import io.sojourn.protocol.files.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets at home that somebody there has bound. The kernel finds whom a connect(2) is for by the
 * socket's inode, so there is one here for each that the task looks up, bound to the same inode: by
 * a name in {@link SocketDirectory}, whose mknod(2) is answered with a file that the kernel knows.
 */
final class HomeSockets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HomeSockets.class);
  private static final int BACKLOG = 128;

  /** Each keeps its file from being forgotten. Who is asked for again has another. */
  private static final int MOST = 64;

  private final SocketDirectory directory;
  private final Consumer<Pending> home;

  /** To bind one asks the file system, which is this process. */
  private final ExecutorService binder =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "home-sockets");
            thread.setDaemon(true);
            return thread;
          });

  /** By node; the one that was looked up last is the last. */
  private final Map<Long, EpollServerDomainSocketChannel> listening =
      new LinkedHashMap<>(16, 0.75f, true);

  private volatile @Nullable SocketCallers callers;
  private boolean closed;

  /**
   * @param home is asked
   */
  HomeSockets(SocketDirectory directory, Consumer<Pending> home) {
    this.directory = directory;
    this.home = home;
  }

  /** From now on there is somebody who carries what the task says. */
  void reachedBy(SocketCallers carrying) {
    callers = carrying;
  }

  /** A name was looked up; what it was answered may be told when there is a socket, if any. */
  void lookedUp(Pending asked, Answer answer, Runnable tell) {
    Entry entry = answer.getEntry();
    boolean socket = (entry.getAttributes().getMode() & Statx.S_IFMT) == Statx.S_IFSOCK;
    SocketCallers by = callers;
    if (!socket || by == null) {
      tell.run();
      return;
    }
    try {
      binder.execute(
          () -> {
            if (entry.getHeard()) listen(asked, entry, by);
            else end(entry.getNode());
            tell.run();
          });
    } catch (RejectedExecutionException over) {
      tell.run();
    }
  }

  private void listen(Pending asked, Entry entry, SocketCallers by) {
    synchronized (listening) {
      if (closed || listening.get(entry.getNode()) != null) return;
    }
    byte[] name = directory.name(entry).getBytes(StandardCharsets.US_ASCII);
    int mode = entry.getAttributes().getMode();
    int socket = directory.inside(place -> ListeningSocket.make(place, name, mode, BACKLOG));
    directory.bound(name);
    if (socket < 0) {
      LOG.warn("who listens at a socket of home's is not reached: errno {}", -socket);
      return;
    }
    EpollServerDomainSocketChannel channel = new EpollServerDomainSocketChannel(socket, true);
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object child) {
                comes((EpollDomainSocketChannel) child, asked, entry.getNode(), by);
              }
            });
    by.loop().register(channel);
    keep(entry.getNode(), channel);
  }

  private void keep(long node, EpollServerDomainSocketChannel channel) {
    synchronized (listening) {
      if (closed) channel.close();
      else listening.put(node, channel);
      if (listening.size() <= MOST) return;
      var eldest = listening.entrySet().iterator();
      eldest.next().getValue().close();
      eldest.remove();
    }
  }

  /** Nobody listens there any more. */
  private void end(long node) {
    synchronized (listening) {
      EpollServerDomainSocketChannel channel = listening.remove(node);
      if (channel != null) channel.close().syncUninterruptibly();
    }
  }

  private void comes(EpollDomainSocketChannel caller, Pending asked, long node, SocketCallers by) {
    try {
      PeerCredentials who = caller.peerCredentials();
      RawSocket ours = RawSocket.copyOf(caller.fd().intValue());
      Request.Builder request =
          Request.newBuilder()
              .setUid(who.uid())
              .setGid(who.gids()[0])
              .setNode(node)
              .setConnectSocket(ConnectSocket.getDefaultInstance());
      home.accept(
          asked.ours(request, answer -> by.loop().execute(() -> connected(ours, answer, by))));
    } catch (IOException gone) {
      LOG.debug("who connects to a socket of home's is gone: {}", gone.toString());
    } finally {
      caller.unsafe().closeForcibly();
    }
  }

  private static void connected(RawSocket ours, Answer answer, SocketCallers by) {
    if (answer.getErrno() == 0) by.connected(ours, answer.getData().toStringUtf8());
    else ours.close();
  }

  @Override
  public void close() {
    binder.shutdownNow();
    List<EpollServerDomainSocketChannel> all;
    synchronized (listening) {
      closed = true;
      all = new ArrayList<>(listening.values());
      listening.clear();
    }
    all.forEach(EpollServerDomainSocketChannel::close);
    directory.close();
  }
}
