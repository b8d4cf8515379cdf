package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.ThreadWake;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** A call that may block for as long as somebody holds a lock, and how it is called off. */
final class Wait {
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile int thread;
  private volatile boolean calledOff;

  /** Does the call on this thread, again after signals that were not meant for it. */
  int until(IntSupplier call) {
    thread = ThreadWake.currentThread();
    try {
      while (!calledOff) {
        int result = call.getAsInt();
        if (result != -ErrorNumber.EINTR) return result;
      }
      return -ErrorNumber.EINTR;
    } finally {
      over.countDown();
    }
  }

  /** From another thread. Returns when the call is over. */
  void callOff() throws InterruptedException {
    calledOff = true;
    // A signal that comes just before the system call is lost, so there may have to be another.
    do {
      if (thread != 0) ThreadWake.wake(thread);
    } while (!over.await(2, TimeUnit.MILLISECONDS));
  }

  /** Where nobody waits for it: one signal at once, and as many as it takes from a thread. */
  void callOffSoon() {
    Thread caller =
        new Thread(
            () -> {
              try {
                callOff();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "files-call-off");
    caller.setDaemon(true);
    caller.start();
  }

  /** Where it will never begin. */
  void end() {
    over.countDown();
  }
}
