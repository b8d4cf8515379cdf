package io.sojourn.engine.criu;

import io.sojourn.engine.linux.MemoryCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is loaded into CRIU for a {@link Snapshot}. */
public final class CriuPlugin {
  private static final Pattern VERSION = Pattern.compile("Version: 4\\.(\\d+)");

  /** Of version 4, whose plugins' interface it has. */
  private static final int LEAST = 2;

  private static final String NOT_LOADED = "ERROR: ld.so";
  private static final int PATIENCE_SECONDS = 10;

  private final Path file;

  private CriuPlugin(Path file) {
    this.file = file;
  }

  /**
   * Tries it out.
   *
   * @param file alone in its directory: CRIU loads all that is there
   * @throws IOException where it is of no use: why
   */
  public static CriuPlugin of(Path criu, Path file) throws IOException {
    CriuPlugin plugin = new CriuPlugin(file.toAbsolutePath());
    if (!Files.isReadable(file)) throw new IOException(file + " is not there");
    if (!MemoryCopy.possible())
      throw new IOException("the kernel does not list a process's pages, as Linux 6.7 does");
    plugin.tryOut(criu);
    return plugin;
  }

  private void tryOut(Path criu) throws IOException {
    List<String> words = new ArrayList<>(List.of("/usr/bin/env"));
    words.addAll(environment());
    words.addAll(List.of(criu.toString(), "--version"));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (said.contains(NOT_LOADED)) throw new IOException("CRIU cannot load it: " + said);
    Matcher version = VERSION.matcher(said);
    if (!version.find() || Integer.parseInt(version.group(1)) < LEAST)
      throw new IOException("CRIU is none of 4.2 and later, but before 5: " + said);
  }

  /** With which CRIU is to be started, for env(1). */
  List<String> environment() {
    return List.of("CRIU_LIBS_DIR=" + file.getParent(), "LD_PRELOAD=" + file);
  }
}
