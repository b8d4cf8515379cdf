package io.sojourn.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small C program that starts a JVM with something that Java itself cannot make. */
public final class Launcher {
  private Launcher() {}

  /** Compiles {@code holding.c} into a directory. */
  public static Path compile(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve("holding.c"), program = directory.resolve("holding");
    try (InputStream text = Launcher.class.getResourceAsStream("/holding.c")) {
      Files.copy(text, source);
    }
    Process compiler =
        new ProcessBuilder("cc", "-o", program.toString(), source.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (compiler.waitFor() != 0) throw new IOException(said);
    return program;
  }

  /** Whether this kernel offers such a thing. */
  public static boolean offers(Path program, String kind) throws IOException, InterruptedException {
    return new ProcessBuilder(program.toString(), kind, "true").start().waitFor() == 0;
  }
}
