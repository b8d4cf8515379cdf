package io.sojourn.home.deputy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks again and again whether a deputy was stopped. A SIGSTOP runs no code of the stopped, and
 * the kernel tells it to the parent alone: pidfds become readable at the end only, the proc
 * connector has no such event, and to trace every deputy would keep debuggers and freezes off. One
 * read of /proc/PID/stat costs some 15 µs, and wakes nobody.
 */
final class StateWatch {
  private static final Set<DeputyEvents> WATCHED = ConcurrentHashMap.newKeySet();
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "deputy-state");
            thread.setDaemon(true);
            return thread;
          });

  static {
    long period = DeputyTimes.LOOK.toMillis();
    // An exception would end it; a listener's is told where it is caused.
    var unused =
        CLOCK.scheduleWithFixedDelay(StateWatch::lookAtAll, period, period, TimeUnit.MILLISECONDS);
  }

  private StateWatch() {}

  static void add(DeputyEvents deputy) {
    WATCHED.add(deputy);
  }

  static void remove(DeputyEvents deputy) {
    WATCHED.remove(deputy);
  }

  private static void lookAtAll() {
    for (DeputyEvents deputy : WATCHED)
      try {
        deputy.look();
      } catch (RuntimeException fault) {
        org.slf4j.LoggerFactory.getLogger(StateWatch.class)
            .error("a listener failed to hear of a stop", fault);
      }
  }
}
