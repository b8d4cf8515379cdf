package io.sojourn.node.move;

import io.sojourn.protocol.move.TaskLife;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How lives have ended here, for homes that could not be told. The newest ones only. */
final class Ends {
  private static final int MOST = 1_000;

  private record End(String home, String how) {}

  private final Map<TaskLife, End> ends = new LinkedHashMap<>();

  synchronized void note(TaskLife life, String home, String how) {
    ends.putIfAbsent(life, new End(home, how));
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
}
