package io.sojourn.migrate;

import java.util.List;

/** Says which thread is in the way of a freeze, and where it is. */
final class GuardHolder {
  private static final List<String> PLATFORM =
      List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

  private GuardHolder() {}

  static String describe(List<CheckpointGuard> inside, long limitMillis) {
    Thread thread = inside.get(0).thread();
    int more = inside.size() - 1;
    String others = more == 0 ? "" : "; nor did " + more + (more == 1 ? " other" : " others");
    return "thread \""
        + name(thread)
        + "\" did not leave its guarded region within "
        + limitMillis
        + " ms: "
        + place(thread.getStackTrace())
        + others;
  }

  private static String name(Thread thread) {
    // Virtual threads have no name unless they are given one; their description has their number.
    return thread.getName().isEmpty() ? thread.toString() : thread.getName();
  }

  /**
   * The innermost frame of the application's own, and what it called, where that is not the same.
   */
  private static String place(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack)
      if (isApplication(frame))
        return frame == stack[0]
            ? "at " + text(frame)
            : "in " + text(stack[0]) + ", called at " + text(frame);
    return stack.length == 0 ? "where, the JVM does not say" : "in " + text(stack[0]);
  }

  /** Without class loader and module, which the element itself would put before it. */
  private static String text(StackTraceElement frame) {
    String method = frame.getClassName() + "." + frame.getMethodName();
    if (frame.getFileName() == null || frame.getLineNumber() < 0) return method;
    return method + "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
  }

  private static boolean isApplication(StackTraceElement frame) {
    String name = frame.getClassName();
    return !name.equals(CheckpointGuard.class.getName())
        && !name.equals(GuardGate.class.getName())
        && PLATFORM.stream().noneMatch(name::startsWith);
  }
}
