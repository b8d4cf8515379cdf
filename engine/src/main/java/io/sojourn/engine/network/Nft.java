package io.sojourn.engine.network;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs nft, one transaction a call. */
final class Nft {
  private Nft() {}

  /** Applies the rules. Empty, or what was wrong. */
  static Optional<String> run(String rules) {
    Answer answer = ask(rules, "-f", "-");
    return answer.done() ? Optional.empty() : Optional.of(answer.text());
  }

  /** The output of {@code nft list tables}; "" where there is no nft. */
  static String tables() {
    Answer answer = ask("", "list", "tables");
    return answer.done() ? answer.text() : "";
  }

  private record Answer(boolean done, String text) {}

  private static Answer ask(String input, String... words) {
    List<String> command = new ArrayList<>(List.of("nft"));
    command.addAll(List.of(words));
    try {
      Process nft = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (OutputStream rules = nft.getOutputStream()) {
        rules.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output =
          new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Answer(nft.waitFor() == 0, output);
    } catch (IOException notInstalled) {
      return new Answer(false, "nft cannot be run: " + notInstalled.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(false, "interrupted");
    }
  }
}
