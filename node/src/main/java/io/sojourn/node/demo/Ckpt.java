package io.sojourn.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line, as a user would call it. */
final class Ckpt {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> place;
  private final Path launcher;
  private final Map<String, String> environment;

  /** What an operation answered. */
  record Done(
      String image,
      int pid,
      long bytes,
      double pauseMillis,
      double totalMillis,
      List<Report.Phase> phases) {}

  /**
   * @param place words before each command
   */
  Ckpt(List<String> place, Path launcher, Map<String, String> environment) {
    this.place = place;
    this.launcher = launcher;
    this.environment = environment;
  }

  Done operation(String... words) throws IOException, InterruptedException {
    JsonNode answer = run(words);
    List<Report.Phase> phases = new ArrayList<>();
    for (JsonNode phase : answer.path("phases"))
      phases.add(new Report.Phase(phase.path("name").asText(), phase.path("millis").asDouble()));
    return new Done(
        answer.path("image").asText(),
        answer.path("pid").asInt(),
        answer.path("bytes").asLong(),
        answer.path("pauseMillis").asDouble(),
        answer.path("totalMillis").asDouble(),
        phases);
  }

  JsonNode run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(place);
    command.add(launcher.toString());
    command.addAll(List.of(words));
    command.add("--json");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(Redirect.INHERIT);
    builder.environment().putAll(environment);
    Process process = builder.start();
    JsonNode answer = JSON.readTree(process.getInputStream());
    if (process.waitFor() != 0)
      throw OperationException.failed(
          "ckpt " + String.join(" ", words) + ": " + answer.path("error").path("message").asText(),
          answer.path("error").path("mend").asText());
    return answer;
  }
}
