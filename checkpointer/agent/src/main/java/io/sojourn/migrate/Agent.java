package io.sojourn.migrate;

import java.lang.instrument.Instrumentation;

/**
 * Entry of {@code migrate.jar}. Never throws, and prints only what is wrong with its options: a
 * program must run with the agent as it runs without.
 *
 * <p>Everything of ours lives in this package, in the system class loader, where the JVM puts an
 * agent's jar. The boot class path would be farther away from the application, but appending to it
 * makes the JVM warn that class data sharing is off.
 */
public final class Agent {
  private static boolean started;

  private Agent() {}

  /** Called by the JVM before {@code main}. */
  public static void premain(String options, Instrumentation instrumentation) {
    start(options, instrumentation);
  }

  /** Called by the JVM when the agent is attached to a running program. */
  public static void agentmain(String options, Instrumentation instrumentation) {
    start(options, instrumentation);
  }

  /**
   * Starts once; a second agent on the command line, or an attach to a task under care, changes
   * nothing.
   */
  private static synchronized void start(String text, Instrumentation instrumentation) {
    if (started) return;
    started = true;
    try {
      Options options = Options.parse(text);
      for (String problem : options.problems()) System.err.println("migrate.jar: " + problem);
      NativeLibrary.load(instrumentation);
      NativeAgent.start(options);
      if (options.crac()) standBehindCrac();
      Knock.at(options.runDirectory());
      Knock.knock();
    } catch (Throwable harmless) {
      // The program runs on without care; `ckpt ps` does not list it.
    }
  }

  /**
   * {@code org.crac.Core} reads the property once, in its static initialiser. A program that has
   * named another implementation keeps it.
   */
  private static void standBehindCrac() {
    if (System.getProperty("org.crac.Core.Compat") != null) return;
    CracLink.open();
    System.setProperty("org.crac.Core.Compat", "io.sojourn.migrate.crac");
  }
}
