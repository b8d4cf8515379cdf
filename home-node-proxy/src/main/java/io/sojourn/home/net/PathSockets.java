package io.sojourn.home.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.ListeningSocket;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.home.files.BoundSockets;
import io.sojourn.protocol.files.Entry;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a task that is away binds a unix socket to a file, home listens. The kernel tells a file
 * system of bind(2) only, not of listen(2): whoever connects between the two is accepted, and hears
 * an end.
 */
public final class PathSockets implements BoundSockets, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PathSockets.class);
  private static final int BACKLOG = 128;

  /** Further ones are names only. */
  private static final int MOST = 256;

  /** Who is told of those that connect. */
  public interface Callers {
    /**
     * On the loop.
     *
     * @param file that the task has bound its socket to
     * @param socket home's end, for whoever is told
     * @param who at the other end
     */
    void comes(Entry file, RawSocket socket, PeerCredentials who);
  }

  private record File(long device, long inode) {}

  /**
   * @param handle of the file, O_PATH
   */
  private record Place(int handle, EpollServerDomainSocketChannel channel) {
    boolean hasName() {
      Statx status = FileCalls.stat(handle);
      return status != null && status.links() > 0;
    }

    void end() {
      channel.close();
      FileCalls.close(handle);
    }
  }

  private final EventLoop loop;
  private final Callers callers;
  private final Map<File, Place> places = new LinkedHashMap<>();
  private boolean closed;

  public PathSockets(EventLoop loop, Callers callers) {
    this.loop = loop;
    this.callers = callers;
  }

  @Override
  public boolean serves(byte[] name) {
    return true;
  }

  @Override
  public synchronized boolean isOurs(long device, long inode) {
    return places.containsKey(new File(device, inode));
  }

  @Override
  public synchronized int make(int directory, byte[] name, int mode) {
    if (closed || places.size() >= MOST) return FileCalls.makeNode(directory, name, mode, 0);
    int socket = ListeningSocket.make(directory, name, mode, BACKLOG);
    // A socket's address is shorter than a name may be.
    if (socket == -ErrorNumber.ENAMETOOLONG) return FileCalls.makeNode(directory, name, mode, 0);
    if (socket < 0) return socket;
    int handle = FileCalls.handle(directory, name);
    Statx status = handle < 0 ? null : FileCalls.stat(handle);
    if (status == null) {
      FileCalls.close(socket);
      if (handle >= 0) FileCalls.close(handle);
      return 0;
    }
    EpollServerDomainSocketChannel channel = new EpollServerDomainSocketChannel(socket, true);
    // Nobody is accepted before it is known what for.
    channel.config().setAutoRead(false);
    loop.register(channel);
    places.put(new File(status.device(), status.inode()), new Place(handle, channel));
    return 0;
  }

  @Override
  public synchronized void found(long device, long inode, Entry entry) {
    Place place = places.get(new File(device, inode));
    if (place == null || place.channel().config().isAutoRead()) return;
    place
        .channel()
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object child) {
                comes(entry, (EpollDomainSocketChannel) child);
              }
            });
    place.channel().config().setAutoRead(true);
  }

  private void comes(Entry file, EpollDomainSocketChannel caller) {
    try {
      PeerCredentials who = caller.peerCredentials();
      callers.comes(file, RawSocket.copyOf(caller.fd().intValue()), who);
    } catch (IOException gone) {
      LOG.debug("who connects to a task's socket is gone: {}", gone.toString());
    } finally {
      caller.unsafe().closeForcibly();
    }
  }

  @Override
  public synchronized void namesGo() {
    for (Iterator<Place> all = places.values().iterator(); all.hasNext(); ) {
      Place place = all.next();
      if (place.hasName()) continue;
      place.end();
      all.remove();
    }
  }

  /** The task is not away any more, and binds its own again. */
  @Override
  public synchronized void close() {
    closed = true;
    places.values().forEach(Place::end);
    places.clear();
  }
}
