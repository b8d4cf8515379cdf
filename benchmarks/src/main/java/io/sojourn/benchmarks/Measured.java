package io.sojourn.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was measured of one contender, a value a round. */
final class Measured {
  /** In MB. */
  final Series image = new Series();

  /** In ms, like all that follows; seen by the program itself. */
  final Series pause = new Series();

  /** From the start of the command to the program's next tick. */
  final Series restore = new Series();

  /** From the start of the command to its end. */
  final Series freeze = new Series();

  /** From the program's last tick before a freeze to its first after the restore. */
  final Series absence = new Series();

  /** Phases as the command reported them. */
  final Map<String, Series> said = new LinkedHashMap<>();

  /** Takes the phases out of what {@code ckpt} printed; plain CRIU prints none. */
  void said(String verb, Shell.Finished finished) throws Failure {
    if (!finished.out().startsWith("{")) return;
    JsonNode operation = Node.json(finished);
    for (JsonNode phase : operation.path("phases"))
      said.computeIfAbsent(verb + ": " + phase.path("name").asText(), name -> new Series())
          .add(phase.path("millis").asDouble());
  }

  String said() {
    StringBuilder text = new StringBuilder();
    said.forEach(
        (name, millis) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(name)
                .append(' ')
                .append(Series.number(millis.median()))
                .append(" ms"));
    return text + ".";
  }
}
