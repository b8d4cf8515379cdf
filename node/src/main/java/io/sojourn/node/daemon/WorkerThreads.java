package io.sojourn.node.daemon;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that the daemon's end does not wait for: it waits for operations. */
final class WorkerThreads implements ThreadFactory {
  private final AtomicInteger number = new AtomicInteger();

  @Override
  public Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "worker-" + number.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
