package io.sojourn.restore.fuse;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.NativeMemory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads requests from one descriptor until the file system is gone: on the loop of the connection
 * to home, so that a request and its answer pass one thread of this process.
 */
final class Reader implements EpollIoHandle {
  private static final Logger LOG = LoggerFactory.getLogger(Reader.class);

  /** Then answers have their turn; requests that are still there are told of again. */
  private static final int AT_ONCE = 16;

  private final FuseChannel channel;
  private final Conversation conversation;
  private final EventLoop loop;
  private final Runnable gone;
  private final NativeMemory buffer = new NativeMemory(ContentArrays.SIZE + 8192);
  private final ContentArrays arrays = new ContentArrays();
  private final FileDescriptor descriptor;
  private @Nullable IoRegistration registration;
  private boolean stopped;

  /**
   * @param gone called when the file system was unmounted
   */
  Reader(FuseChannel channel, Conversation conversation, EventLoop loop, Runnable gone) {
    this.channel = channel;
    this.conversation = conversation;
    this.loop = loop;
    this.gone = gone;
    descriptor = new FileDescriptor(channel.number());
  }

  void start() {
    ((IoEventLoop) loop)
        .register(this)
        .addListener(
            future -> {
              if (!future.isSuccess()) {
                LOG.warn("The file system cannot be served", future.cause());
                gone.run();
                return;
              }
              IoRegistration made = (IoRegistration) future.getNow();
              registration = made;
              if (stopped) made.cancel();
              else made.submit(EpollIoOps.EPOLLIN);
            });
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  @Override
  public void handle(IoRegistration from, IoEvent event) {
    for (int i = 0; i < AT_ONCE && !stopped; i++) {
      long length = channel.read(buffer);
      if (length >= 0) {
        one((int) length);
      } else if (length == -ErrorNumber.EAGAIN) {
        break;
      } else if (!again((int) -length)) {
        if (length != -ErrorNumber.ENODEV)
          LOG.warn("The file system cannot be served: errno {}", -length);
        end();
        gone.run();
        return;
      }
    }
  }

  /** A request may be withdrawn between waiting and reading. */
  private static boolean again(int errno) {
    return errno == ErrorNumber.EINTR || errno == ErrorNumber.ENOENT;
  }

  private void one(int length) {
    FuseRequest in;
    try {
      in = FuseRequest.of(buffer.bytes(), length, arrays);
    } catch (MalformedRequestException e) {
      LOG.warn("A request that cannot be read: {}", e.getMessage());
      return;
    }
    try {
      conversation.request(channel, in);
    } catch (MalformedRequestException | RuntimeException e) {
      LOG.warn("A request that cannot be done", e);
      conversation.refuse(channel, in);
    }
  }

  private void end() {
    stopped = true;
    IoRegistration made = registration;
    if (made != null) made.cancel();
  }

  /** When this returns nothing is read any more and the descriptor is closed. Not on the loop. */
  void stop() throws InterruptedException {
    loop.submit(
            () -> {
              end();
              channel.close();
            })
        .await();
  }

  /** The loop ends, or has nothing to do with it any more. */
  @Override
  public void close() {
    end();
  }
}
