package io.sojourn.engine.network;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Runs nft, one transaction a call. */
final class Nft {
  private Nft() {}

  /** Applies the rules. Empty, or what was wrong. */
  static Optional<String> run(String rules) {
    try {
      Process nft = new ProcessBuilder("nft", "-f", "-").redirectErrorStream(true).start();
      try (OutputStream input = nft.getOutputStream()) {
        input.write(rules.getBytes(StandardCharsets.UTF_8));
      }
      String output =
          new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return nft.waitFor() == 0 ? Optional.empty() : Optional.of(output);
    } catch (IOException notInstalled) {
      return Optional.of("nft cannot be run: " + notInstalled.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }
}
