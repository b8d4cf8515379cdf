package io.sojourn.migrate;

import io.sojourn.migrate.crac.Notifications;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The native half of the agent: what Java tells it, and what it calls. */
final class NativeAgent {
  // As in control_block.h.
  private static final int FLAG_CRAC = 1;
  private static final int OUTCOME_CHECKPOINTED = 1;
  private static final int OUTCOME_RESTORED = 2;

  private NativeAgent() {}

  /** Publishes the control block and starts the control thread. */
  static void start(Options options) {
    byte[] id = new byte[6];
    new SecureRandom().nextBytes(id);
    String[] texts = {
      HexFormat.of().formatHex(id),
      options.name(),
      MainClass.name(),
      options.runDirectory(),
      System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
      options.text()
    };
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) top = top.getParent();
    Thread control = new Thread(top, null, "Sojourn control", 0, false);
    control.setDaemon(true);
    start(texts, control);
  }

  /**
   * @param texts id, name, main class, run directory, JVM, options
   * @param control a new thread, which becomes the control thread
   * @return 0, or a JVMTI error
   */
  private static native int start(String[] texts, Thread control);

  /** Writes down what the program itself asks the daemon for; "" for nothing. */
  static native void request(String what);

  /**
   * Called by the control thread before a stop: null, or 'G' or 'C' (guard, callback) and why not.
   */
  private static @Nullable String beforeStop(int flags, int limitMillis) {
    if ((flags & FLAG_CRAC) == 0) return null;
    String refusal = Notifications.beforeStop(Duration.ofMillis(limitMillis));
    return refusal == null ? null : "C" + refusal;
  }

  /** Called by the control thread after the VM ran on: null, or what did not come back. */
  private static @Nullable String afterStop(int flags, int outcome) {
    if ((flags & FLAG_CRAC) == 0) return null;
    return Notifications.afterStop(outcome == OUTCOME_CHECKPOINTED || outcome == OUTCOME_RESTORED);
  }

  /** Called by the control thread: the daemon will not do what the program asked for. */
  private static void answered(byte[] text) {
    Notifications.answered(new String(text, StandardCharsets.UTF_8));
  }

  /** Live platform threads. */
  private static int threadCount() {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) top = top.getParent();
    return top.activeCount();
  }
}
