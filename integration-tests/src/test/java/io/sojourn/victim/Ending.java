package io.sojourn.victim;

import java.nio.file.Files;
import java.nio.file.Path;

/** Ends as it is told to, with a hook that leaves a note. */
public final class Ending {
  public static void main(String[] args) throws Exception {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    Files.writeString(Path.of("hook"), "ran");
                  } catch (java.io.IOException e) {
                    e.printStackTrace();
                  }
                }));
    Control.serve(
        question -> {
          if (!question.startsWith("exit ")) return "here";
          int status = Integer.parseInt(question.substring(5));
          Control.afterwards(() -> System.exit(status));
          return "yes";
        });
  }

  private Ending() {}
}
