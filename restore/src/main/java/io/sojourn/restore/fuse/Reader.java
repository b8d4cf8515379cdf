package io.sojourn.restore.fuse;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.NativeMemory;
import io.sojourn.engine.files.ThreadWake;
import io.sojourn.engine.linux.Awake;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reads requests from one descriptor until the file system is gone. */
final class Reader {
  private static final Logger LOG = LoggerFactory.getLogger(Reader.class);

  private final FuseChannel channel;
  private final Conversation conversation;
  private final NativeMemory buffer = new NativeMemory((1 << 20) + 8192);
  private final Thread thread;
  private volatile int number;
  private volatile boolean stopped;

  /**
   * @param gone called when the file system was unmounted
   */
  Reader(FuseChannel channel, Conversation conversation, Runnable gone) {
    this.channel = channel;
    this.conversation = conversation;
    thread = new Thread(() -> run(gone), "home-files");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run(Runnable gone) {
    number = ThreadWake.currentThread();
    Awake awake = new Awake();
    while (!stopped) {
      long length = channel.read(buffer);
      if (length >= 0) {
        one((int) length);
        awake.busy();
        conversation.between(false);
      } else if (length == -ErrorNumber.EAGAIN) {
        if (awake.again()) continue;
        conversation.between(true);
        channel.await();
      } else if (length == -ErrorNumber.ENODEV) {
        gone.run();
        return;
      } else if (!again((int) -length)) {
        if (!stopped) LOG.warn("The file system cannot be served: errno {}", -length);
        gone.run();
        return;
      }
    }
  }

  /** A request may be withdrawn between waiting and reading; a signal may be for us to stop. */
  private static boolean again(int errno) {
    return errno == ErrorNumber.EINTR || errno == ErrorNumber.ENOENT;
  }

  private void one(int length) {
    FuseRequest in;
    try {
      in = FuseRequest.of(buffer.bytes(), length);
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

  /** Ends the thread, then the descriptor. Not from the thread itself. */
  void stop() throws InterruptedException {
    stopped = true;
    while (thread.isAlive()) {
      if (number != 0) ThreadWake.wake(number);
      thread.join(2);
    }
    channel.close();
  }
}
