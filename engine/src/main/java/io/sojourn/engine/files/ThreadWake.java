package io.sojourn.engine.files;

/**
 * Wakes a thread out of a blocking system call, which then answers EINTR. By a signal with a
 * handler that does nothing: the C library's abs(3), which may be called at any moment.
 */
public final class ThreadWake {
  private static final long SYS_GETPID = 39;
  private static final long SYS_GETTID = 186;
  private static final long SYS_TGKILL = 234;

  /** A real-time signal below the one that the JDK takes for its own blocking reads (62). */
  private static final int SIGNAL = 59;

  private static final boolean READY = install();

  private ThreadWake() {}

  /** The calling thread's number, for {@link #wake}. */
  public static int currentThread() {
    if (!READY) throw new IllegalStateException("no handler for signal " + SIGNAL);
    return (int) LibcFiles.syscall(SYS_GETTID, 0, 0, 0);
  }

  /**
   * One signal. It is lost when the thread is not yet in its call: repeat until the thread says
   * that it has seen what it was woken for.
   */
  public static void wake(int thread) {
    long process = LibcFiles.syscall(SYS_GETPID, 0, 0, 0);
    LibcFiles.syscall(SYS_TGKILL, process, thread, SIGNAL);
  }

  private static boolean install() {
    NativeMemory action = new NativeMemory(152);
    for (int i = 0; i < 152; i += 8) action.bytes().putLong(i, 0);
    action.bytes().putLong(0, LibcFiles.function("abs"));
    // SAFETY: struct sigaction of 64-bit glibc, all zero but the handler: no flags, so no restart.
    return LibcFiles.sigaction(SIGNAL, action.address(), 0) == 0;
  }
}
