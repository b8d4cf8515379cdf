package io.sojourn.migrate;

import org.jspecify.annotations.Nullable;

/**
 * All regions that a stop waits for before it asks for a safepoint: first Java's, then those of C.
 * A thread that is inside a region of one kind may enter one of the other kind at any time, so that
 * it comes out. Allocator functions are closed later, inside the safepoint.
 */
final class Guards {
  private static boolean declared;

  private Guards() {}

  /** With the native library loaded. */
  static void start(GuardOption option) {
    declared = option.declared();
    if (option.allocators() || !option.functions().isEmpty())
      NativeAgent.guardNative(option.functions().toArray(String[]::new));
  }

  /**
   * Runs in the control thread, which must not enter a region before {@link #open()}: so CRaC's
   * callbacks come before this, and after that.
   *
   * @return null when nobody is inside and nobody can enter; else who is in the way, and all is
   *     open again
   */
  static @Nullable String close(int limitMillis) {
    if (!declared) return null;
    long start = System.nanoTime();
    GuardGate.PROGRAM.letPass(NativeAgent::guardInside);
    String held = GuardGate.PROGRAM.close(limitMillis);
    if (held != null) return held;
    held = NativeAgent.guardClose(limitMillis - (int) ((System.nanoTime() - start) / 1_000_000));
    if (held != null) GuardGate.PROGRAM.open();
    return held;
  }

  static void open() {
    if (!declared) return;
    NativeAgent.guardOpen();
    GuardGate.PROGRAM.open();
  }
}
