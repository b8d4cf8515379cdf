package io.sojourn.home.files;

import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Request;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which requests are under way, and which were answered: a request that is repeated is not done
 * twice.
 */
final class Done {
  private static final int MOST = 100_000;

  private final Map<Long, Wait> underWay = new HashMap<>();
  private final TreeMap<Long, Answer> remembered = new TreeMap<>();
  private final Set<Long> disowned = new HashSet<>();

  /** What a request is when it arrives. */
  record Arrival(boolean isNew, @Nullable Answer known) {}

  /** An earlier daemon has answered these. */
  synchronized void answeredBefore(Map<Long, Answer> answers) {
    remembered.putAll(answers);
  }

  synchronized Arrival arrive(Request request, Wait wait) {
    long id = request.getId();
    remembered.headMap(request.getSettledBelow()).clear();
    request.getSettledList().forEach(remembered::remove);
    Answer known = remembered.get(id);
    if (known != null) return new Arrival(false, known);
    return new Arrival(underWay.putIfAbsent(id, wait) == null, null);
  }

  /** False where nobody waits for it any more. */
  synchronized boolean answered(Answer answer, boolean remember) {
    underWay.remove(answer.getId());
    if (remember) remembered.put(answer.getId(), answer);
    return !disowned.remove(answer.getId());
  }

  /**
   * Nobody waits for its answer any more.
   *
   * @return null where it is under way; what was answered; nothing where that is not known
   */
  synchronized @Nullable Answer disown(long id) {
    if (underWay.containsKey(id)) {
      disowned.add(id);
      return null;
    }
    return remembered.getOrDefault(id, Answer.getDefaultInstance());
  }

  /** A guest settles what it has heard; one that never does would have us remember for ever. */
  synchronized boolean tooMany() {
    return remembered.size() > MOST;
  }

  synchronized @Nullable Wait waiting(long id) {
    return underWay.get(id);
  }

  synchronized List<Wait> allWaiting() {
    return List.copyOf(underWay.values());
  }
}
