package io.sojourn.home.attach;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.sojourn.engine.files.ListeningSocket;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.home.files.BoundSockets;
import io.sojourn.protocol.attach.Caller;
import io.sojourn.protocol.files.Entry;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attach sockets of one task that is away, and who has connected to them and is not with the VM
 * yet. All but {@link #make} is done on the loop.
 */
final class AttachSockets implements BoundSockets {
  private static final Logger LOG = LoggerFactory.getLogger(AttachSockets.class);

  /** As the VM has it. */
  private static final int BACKLOG = 5;

  /** The VM's own, and those of its children. */
  private static final int MOST_SOCKETS = 16;

  private static final int MOST_CALLERS = 32;

  /** As long as a tool waits for a VM that does not listen. */
  private static final int PATIENCE_SECONDS = 10;

  private record Listener(EpollServerDomainSocketChannel channel, @Nullable SocketFile file) {}

  /**
   * @param channel on no loop: so nothing that it says is lost before somebody hears it
   */
  private record Waiting(EpollDomainSocketChannel channel, int process) {}

  private final ThreadIdentity user;
  private final EventLoop loop;
  private final Set<SocketFile> files = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Listener> listeners = new HashMap<>();
  private final Map<Long, Waiting> callers = new LinkedHashMap<>();
  private @Nullable ServerCallStreamObserver<Caller> guest;
  private long last;
  private boolean closed;

  AttachSockets(ThreadIdentity user, EventLoop loop) {
    this.user = user;
    this.loop = loop;
  }

  @Override
  public boolean serves(byte[] name) {
    return SocketFile.processOf(name) != 0;
  }

  @Override
  public boolean isOurs(long device, long inode) {
    return files.stream().anyMatch(file -> file.device() == device && file.inode() == inode);
  }

  @Override
  public int make(int directory, byte[] name, int mode) {
    int socket = ListeningSocket.make(directory, name, mode, BACKLOG);
    if (socket < 0) return socket;
    SocketFile file = SocketFile.bound(directory, name);
    if (file != null) files.add(file);
    EpollServerDomainSocketChannel channel = new EpollServerDomainSocketChannel(socket, true);
    loop.execute(() -> listen(SocketFile.processOf(name), new Listener(channel, file)));
    return 0;
  }

  /** The guest node knows them by their process. */
  @Override
  public void found(long device, long inode, Entry entry) {}

  /** The name is another's, then. */
  @Override
  public void namesGo() {}

  private void listen(int process, Listener listener) {
    Listener before = listeners.remove(process);
    // Its name is another's now.
    if (before != null) close(before);
    listener
        .channel()
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object child) {
                comes((EpollDomainSocketChannel) child, process);
              }
            });
    loop.register(listener.channel());
    if (closed || listeners.size() == MOST_SOCKETS) close(listener);
    else listeners.put(process, listener);
  }

  private void close(Listener listener) {
    listener.channel().close();
    if (listener.file() != null) files.remove(listener.file());
  }

  private void comes(EpollDomainSocketChannel channel, int process) {
    if (!may(channel) || callers.size() == MOST_CALLERS) {
      channel.unsafe().closeForcibly();
      return;
    }
    long number = ++last;
    callers.put(number, new Waiting(channel, process));
    var unused = loop.schedule(() -> isNotTaken(number), PATIENCE_SECONDS, TimeUnit.SECONDS);
    announce(number, process);
  }

  /** The VM asks for the same, but there it is this node's daemon that it asks about. */
  private boolean may(EpollDomainSocketChannel channel) {
    try {
      PeerCredentials caller = channel.peerCredentials();
      return caller.uid() == 0 || (caller.uid() == user.uid() && caller.gids()[0] == user.gid());
    } catch (IOException gone) {
      return false;
    }
  }

  private void isNotTaken(long number) {
    Waiting one = callers.remove(number);
    if (one == null) return;
    LOG.info("who attached to process {} was not heard where that is", one.process());
    one.channel().unsafe().closeForcibly();
  }

  private void announce(long number, int process) {
    ServerCallStreamObserver<Caller> to = guest;
    if (to != null && !to.isCancelled())
      to.onNext(Caller.newBuilder().setNumber(number).setProcess(process).build());
  }

  /** The newest call counts. */
  void announceTo(ServerCallStreamObserver<Caller> call) {
    call.setOnCancelHandler(
        () -> {
          if (!loop.isShuttingDown()) loop.execute(() -> leaves(call));
        });
    loop.execute(
        () -> {
          ServerCallStreamObserver<Caller> before = guest;
          if (before != null) over(before);
          guest = call;
          callers.forEach((number, one) -> announce(number, one.process()));
          if (closed) end();
        });
  }

  private void leaves(ServerCallStreamObserver<Caller> call) {
    if (Objects.equals(guest, call)) guest = null;
  }

  private static void over(ServerCallStreamObserver<Caller> call) {
    if (!call.isCancelled())
      call.onError(Status.ABORTED.withDescription("another call has come").asRuntimeException());
  }

  /**
   * Gives one to who speaks with the VM for it.
   *
   * @param end what hears it from now on
   * @return null where it does not wait any more
   */
  @Nullable EpollDomainSocketChannel take(long number, ChannelHandler end) {
    return loop.submit(() -> takeNow(number, end)).syncUninterruptibly().getNow();
  }

  private @Nullable EpollDomainSocketChannel takeNow(long number, ChannelHandler end) {
    Waiting one = callers.remove(number);
    if (one == null) return null;
    one.channel().pipeline().addLast(end);
    loop.register(one.channel());
    return one.channel();
  }

  void close() {
    loop.execute(this::end);
  }

  private void end() {
    closed = true;
    for (Listener listener : listeners.values()) {
      close(listener);
      if (listener.file() != null) listener.file().remove();
    }
    listeners.clear();
    callers.values().forEach(one -> one.channel().unsafe().closeForcibly());
    callers.clear();
    if (guest != null) over(guest);
    guest = null;
  }
}
