package io.sojourn.victim;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads that call native functions of all kinds of signatures, some of which are left by a jump
 * or by the end of their thread: {@code src/test/native/calls.c}. Argument: the JNI library.
 */
public final class Calls {
  private static volatile String failure = "";

  private Calls() {}

  public static void main(String[] arguments) throws Exception {
    System.load(arguments[0]);
    AtomicLong rounds = new AtomicLong();
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(() -> call(rounds), "calls-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    Control.serve(
        question -> {
          long before = rounds.get();
          while (rounds.get() < before + 20 && failure.isEmpty()) Thread.sleep(1);
          Control.require(failure.isEmpty(), failure);
          return "done";
        });
  }

  private static void call(AtomicLong rounds) {
    while (failure.isEmpty()) {
      for (int i = 0; i < 100; i++) {
        String wrong = wrong();
        if (wrong != null) failure = wrong;
      }
      if (!exits()) failure = "exits";
      rounds.incrementAndGet();
    }
  }

  private static native String wrong();

  private static native boolean exits();
}
