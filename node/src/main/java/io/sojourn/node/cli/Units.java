package io.sojourn.node.cli;

import io.sojourn.node.problem.Sizes;

/** Sizes and times for readers. */
final class Units {
  private Units() {}

  /** "512 B", "1.5 MiB". */
  static String bytes(long bytes) {
    return Sizes.text(bytes);
  }

  /** "12 ms", "1.52 s". */
  static String millis(double millis) {
    if (millis < 10) return "%.1f ms".formatted(millis);
    return millis < 1000 ? "%.0f ms".formatted(millis) : "%.2f s".formatted(millis / 1000);
  }

  /** "3 min ago". */
  static String ago(long epochMillis, long nowMillis) {
    long seconds = Math.max(0, (nowMillis - epochMillis) / 1000);
    if (seconds < 60) return seconds + " s ago";
    if (seconds < 3600) return seconds / 60 + " min ago";
    return seconds < 86400 ? seconds / 3600 + " h ago" : seconds / 86400 + " d ago";
  }
}
