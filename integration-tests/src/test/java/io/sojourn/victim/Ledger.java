package io.sojourn.victim;

import io.sojourn.migrate.CheckpointGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Eight threads that allocate and free from books in a shared file, which is in no image: {@code
 * src/test/native/ledger.c}. Whoever finds an operation begun and not ended there while this
 * program is frozen has to repair the books.
 *
 * <p>Arguments: the JNI library, the file, and how the threads guard what they do: {@code
 * functions} (not at all; the agent is told the functions' names), {@code region} (by {@code
 * migrate_guard_enter}), or {@code java} (by {@link CheckpointGuard}, around an operation of two
 * calls).
 */
public final class Ledger {
  private static final int THREADS = 8;

  private static volatile boolean over;

  private Ledger() {}

  public static void main(String[] arguments) throws Exception {
    System.load(arguments[0]);
    Control.require(open(arguments[1]), "cannot map " + arguments[1]);
    String guard = arguments[2];
    List<Thread> threads = new ArrayList<>();
    for (int owner = 1; owner <= THREADS; owner++) threads.add(start(guard, owner));
    CountDownLatch released = new CountDownLatch(1);
    Control.serve(
        question -> {
          switch (question) {
            case "hold" -> hold(guard, released);
            case "release" -> {
              released.countDown();
              release();
            }
            case "end" -> {
              over = true;
              over();
              for (Thread thread : threads) thread.join();
              Control.require(agrees(), "the books are not as remembered");
            }
            default -> throw new IllegalArgumentException(question);
          }
          return "done";
        });
  }

  private static Thread start(String guard, int owner) {
    Runnable work =
        guard.equals("java")
            ? () -> hammerFromJava(owner)
            : () -> hammer(owner, guard.equals("region"));
    Thread thread = new Thread(work, "ledger-" + owner);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void hammerFromJava(int owner) {
    for (boolean taken = false; !over || taken; taken = !taken)
      try (CheckpointGuard guard = CheckpointGuard.enter()) {
        begin();
        end(owner, taken ? 0 : owner);
      }
  }

  /** Has a thread go inside and stay there; returns when it is there. */
  private static void hold(String guard, CountDownLatch released) throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    boolean fromJava = guard.equals("java");
    Runnable work =
        fromJava ? () -> holdFromJava(inside, released) : () -> hold(guard.equals("region"));
    new Thread(work, "holder").start();
    if (fromJava) inside.await();
    else while (!isHeld()) Thread.sleep(1);
  }

  private static void holdFromJava(CountDownLatch inside, CountDownLatch released) {
    try (CheckpointGuard guard = CheckpointGuard.enter()) {
      inside.countDown();
      released.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static native boolean open(String file);

  private static native void hammer(int owner, boolean declared);

  private static native void begin();

  private static native void end(int block, int owner);

  private static native void over();

  private static native boolean agrees();

  private static native void hold(boolean declared);

  private static native boolean isHeld();

  private static native void release();
}
