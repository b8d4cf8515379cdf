package io.sojourn.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The moment when a program is told to end: by a signal, by the end of its input, by its time. */
public final class Stop {
  private final CountDownLatch told = new CountDownLatch(1);
  private final CompletableFuture<Integer> status = new CompletableFuture<>();

  /** Tells the program to end; again is harmless. */
  public void tell() {
    told.countDown();
  }

  /** Whether the program has been told to end. */
  public boolean told() {
    return told.getCount() == 0;
  }

  /** Waits for the moment, at most for {@code longest}; says whether it has come. */
  public boolean within(Duration longest) throws InterruptedException {
    return told.await(longest.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for the moment. */
  public void await() throws InterruptedException {
    told.await();
  }

  /** Says what the program's exit status is; a signal's hook waits for this. */
  public void finished(int exitStatus) {
    status.complete(exitStatus);
  }

  /**
   * Lets SIGTERM and SIGINT end the program in good order, with the exit status that it finds
   * itself.
   *
   * <p>The virtual machine's own status after a signal is 128 + its number, whatever the program
   * found out while it ended. Only {@link Runtime#halt} can say another one from inside a hook.
   */
  public void onSignal() {
    Runnable hook =
        () -> {
          tell();
          int exitStatus = status.join();
          System.out.flush();
          System.err.flush();
          Runtime.getRuntime().halt(exitStatus);
        };
    Runtime.getRuntime().addShutdownHook(new Thread(hook, "stop"));
  }

  /** Tells the program to end when the stream does. */
  public void onEndOf(InputStream input) {
    Runnable reader =
        () -> {
          try {
            input.transferTo(OutputStream.nullOutputStream());
          } catch (IOException e) {
            // A stream that can not be read has ended.
          } finally {
            tell();
          }
        };
    daemon("stop-input", reader);
  }

  /** Tells the program to end after a time. */
  public void after(Duration time) {
    Runnable timer =
        () -> {
          try {
            if (!within(time)) {
              tell();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    daemon("stop-time", timer);
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
