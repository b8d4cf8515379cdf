package io.sojourn.engine.linux;

/** How much a thread insists on the processor. See setpriority(2). */
public final class Niceness {
  private static final int PRIO_PROCESS = 0;
  private static final int LOW = 10;

  private Niceness() {}

  /**
   * The calling thread, and those that it starts, stand back from now on: a tenth of what another
   * gets. With less a busy machine would never come to what they do.
   */
  public static void low() {
    // SAFETY: three numbers; on Linux 0 is the calling thread, not its process. To be nicer is
    // always allowed.
    Libc.syscall(Libc.SYS_SETPRIORITY, PRIO_PROCESS, 0, LOW);
  }
}
