package io.sojourn.migrate;

import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The native half of the agent: what Java tells it, and what it calls. */
final class NativeAgent {
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

  /**
   * Called by the control thread before a stop: null, or 'G' or 'C' (guard, callback) and why not.
   */
  private static @Nullable String beforeStop(int flags, int guardMillis) {
    return null;
  }

  /** Called by the control thread after the VM ran on. */
  private static void afterStop(int flags, int outcome) {}

  /** Live platform threads. */
  private static int threadCount() {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) top = top.getParent();
    return top.activeCount();
  }
}
