package io.sojourn.migrate.crac;

/** What resources have thrown, as a text for whoever asked for the checkpoint. */
final class Explanation {
  private static final int FRAMES = 12;

  private Explanation() {}

  /** One line that says it all, then each exception with its causes. */
  static String of(String what, Exception collected) {
    Throwable[] all = collected.getSuppressed();
    StringBuilder text = new StringBuilder();
    text.append(all.length == 1 ? "a resource " : all.length + " resources ").append(what);
    for (Throwable each : all) text.append(each == all[0] ? ": " : "; ").append(each);
    for (Throwable each : all) {
      text.append('\n').append(each).append(frames(each.getStackTrace()));
      int depth = 0;
      for (Throwable cause = each.getCause();
          cause != null && depth++ < 5;
          cause = cause.getCause())
        text.append("\nCaused by: ").append(cause).append(frames(cause.getStackTrace()));
    }
    return text.toString();
  }

  static String frames(StackTraceElement[] frames) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(FRAMES, frames.length); i++)
      text.append("\n\tat ").append(frames[i]);
    if (frames.length > FRAMES)
      text.append("\n\t... ").append(frames.length - FRAMES).append(" more");
    return text.toString();
  }
}
