package io.sojourn.node.move;

import io.sojourn.protocol.move.TaskLife;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How lives have ended here, for homes that could not be told. The newest ones only. */
final class Ends {
  /** After that long nobody is waited for. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** What was said may have been lost on its way, and is asked for again then. */
  private static final Duration ON_THE_WAY = Duration.ofSeconds(30);

  private static final int MOST = 1_000;

  /**
   * @param sinceNanos when it came, or was told
   */
  private record End(String home, String how, boolean told, long sinceNanos) {
    boolean isOver(long now) {
      return now - sinceNanos >= (told ? ON_THE_WAY : PATIENCE).toNanos();
    }
  }

  private final LongSupplier nanos;
  private final Map<TaskLife, End> ends = new LinkedHashMap<>();

  Ends() {
    this(System::nanoTime);
  }

  Ends(LongSupplier nanos) {
    this.nanos = nanos;
  }

  synchronized void note(TaskLife life, String home, String how) {
    ends.putIfAbsent(life, new End(home, how, false, nanos.getAsLong()));
    Iterator<TaskLife> oldest = ends.keySet().iterator();
    while (ends.size() > MOST && oldest.hasNext()) {
      oldest.next();
      oldest.remove();
    }
  }

  synchronized Optional<String> of(TaskLife life, String home) {
    End end = ends.get(life);
    return end == null || !end.home().equals(home) ? Optional.empty() : Optional.of(end.how());
  }

  /** Its home has been told of it, as far as can be seen from here. */
  synchronized void told(TaskLife life) {
    ends.computeIfPresent(
        life, (same, end) -> new End(end.home(), end.how(), true, nanos.getAsLong()));
  }

  /** Whether some home has not been told yet. */
  synchronized boolean untold() {
    long now = nanos.getAsLong();
    return ends.values().stream().anyMatch(end -> !end.told() && !end.isOver(now));
  }

  /** Whether some home may ask, perhaps once more: it may not have heard what it was told. */
  synchronized boolean askedFor() {
    long now = nanos.getAsLong();
    return ends.values().stream().anyMatch(end -> !end.isOver(now));
  }
}
