package io.sojourn.node.cluster;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each that was refused; who knocks a thousand times gets no thousand lines. */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final long WINDOW_NANOS = 10_000_000_000L;
  private static final int LINES = 20;

  private long windowNanos = System.nanoTime();
  private int lines;

  synchronized void note(@Nullable SocketAddress who, String why) {
    long now = System.nanoTime();
    if (now - windowNanos > WINDOW_NANOS) {
      if (lines > LINES) log.warn("refused {} more", lines - LINES);
      windowNanos = now;
      lines = 0;
    }
    if (++lines <= LINES) log.warn("refused {}: {}", text(who), why);
  }

  private static String text(@Nullable SocketAddress who) {
    return who == null ? "somebody" : who.toString().replaceFirst("^[^/]*/", "");
  }
}
