package io.sojourn.migrate;

import io.sojourn.migrate.crac.Notifications;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
    String[] texts = {
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
    Guards.start(options.guard());
    started = start(texts, control) == 0;
  }

  private static volatile boolean started;

  /** Whether the agent is at work: otherwise nothing native may be called. */
  static boolean started() {
    return started;
  }

  /**
   * @param texts name, main class, run directory, JVM, options
   * @param control a new thread, which becomes the control thread
   * @return 0, or a JVMTI error
   */
  private static native int start(String[] texts, Thread control);

  /** Connects to the node daemon's socket and closes again. False where nobody listens. */
  static native boolean knock(String socket);

  /** Writes down what the program itself asks the daemon for, words with spaces; "" for nothing. */
  private static native void request(String what);

  private static String ofCrac = "", ofProgram = "";

  /** What a program asks for through org.crac; "" for nothing any more. */
  static synchronized void requestOfCrac(String what) {
    ofCrac = what;
    request(ofCrac.concat(" ").concat(ofProgram).trim());
  }

  /** What it asks for through {@link Checkpoint}. */
  static synchronized void requestOfProgram(String what) {
    ofProgram = what;
    request(ofCrac.concat(" ").concat(ofProgram).trim());
  }

  /**
   * Called by the control thread before a stop: null, or 'G' or 'C' (guard, callback) and why not.
   */
  private static @Nullable String beforeStop(int flags, int limitMillis) {
    boolean crac = (flags & FLAG_CRAC) != 0;
    CheckpointRequest.beforeStop();
    // The callbacks come first, for they may enter guarded regions themselves.
    String refusal = crac ? Notifications.beforeStop(Duration.ofMillis(limitMillis)) : null;
    if (refusal != null) return "C" + refusal;
    String held = Guards.close(limitMillis);
    if (held == null) return null;
    if (crac) Notifications.afterStop(false);
    return "G" + held;
  }

  /** Called by the control thread after the VM ran on: null, or what did not come back. */
  private static @Nullable String afterStop(int flags, int outcome) {
    Guards.open();
    CheckpointRequest.afterStop(outcome == OUTCOME_RESTORED);
    if ((flags & FLAG_CRAC) == 0) return null;
    return Notifications.afterStop(outcome == OUTCOME_CHECKPOINTED || outcome == OUTCOME_RESTORED);
  }

  /**
   * Called by the control thread: the daemon has done what the program asked for, which is said by
   * an empty text, or will not do it.
   */
  private static void answered(byte[] text) {
    String answer = new String(text, StandardCharsets.UTF_8);
    if (!CheckpointRequest.answered(answer)) Notifications.answered(answer);
  }

  /**
   * Guards calls of native functions from now on, in libraries loaded now and later.
   *
   * @param functions library and function by turns; none for malloc's family
   */
  static native void guardNative(String[] functions);

  /** Closes the gate before regions that C code declares. Null, or who is inside. */
  static native @Nullable String guardClose(int limitMillis);

  static native void guardOpen();

  /** Whether the calling thread is inside a region of native code. */
  static native boolean guardInside();

  /** Live platform threads. */
  private static int threadCount() {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    while (top.getParent() != null) top = top.getParent();
    return top.activeCount();
  }
}
