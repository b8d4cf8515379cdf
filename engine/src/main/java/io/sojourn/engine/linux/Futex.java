package io.sojourn.engine.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.time.Duration;

/** Futexes on memory shared with another process. See futex(2). */
public final class Futex {
  private static final int WAIT = 0;
  private static final int WAKE = 1;

  private Futex() {}

  /**
   * Waits until the word is no longer {@code seen}, a wake-up, or the limit; may wake for no
   * reason.
   */
  public static void await(Pointer word, int seen, Duration limit) {
    try (Memory timeout = new Memory(16)) {
      timeout.setLong(0, limit.getSeconds());
      timeout.setLong(8, limit.getNano());
      // SAFETY: the word lies in a mapping that the caller holds; the kernel only reads both
      // addresses.
      Libc.syscall(Libc.SYS_FUTEX, word, WAIT, seen, timeout, Pointer.NULL, 0);
    }
  }

  public static void wakeAll(Pointer word) {
    // SAFETY: as above; nothing is written.
    Libc.syscall(Libc.SYS_FUTEX, word, WAKE, Integer.MAX_VALUE, Pointer.NULL, Pointer.NULL, 0);
  }
}
