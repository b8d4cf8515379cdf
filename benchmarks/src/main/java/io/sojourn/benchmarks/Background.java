package io.sojourn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command that runs beside the measurement, until it is closed. */
final class Background implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final List<String> command;
  private final Process process;
  private final Path said;

  private Background(List<String> command, Process process, Path said) {
    this.command = command;
    this.process = process;
    this.said = said;
  }

  /** Starts it; what it says goes into the file. */
  static Background start(List<String> command, Map<String, String> environment, Path said)
      throws Failure {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()));
    builder.environment().putAll(environment);
    try {
      return new Background(command, builder.start(), said);
    } catch (IOException e) {
      throw new Failure("cannot start " + command, e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Something that is so when it is ready. */
  interface Ready {
    boolean now() throws Failure, InterruptedException;
  }

  Background await(Ready ready) throws Failure, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!ready.now()) {
      if (!process.isAlive() || System.nanoTime() > end)
        throw new Failure(
            String.join(" ", command)
                + (process.isAlive() ? " does not get ready: " : " has ended: ")
                + output());
      Thread.sleep(5);
    }
    return this;
  }

  String output() throws Failure {
    try {
      return Files.readString(said);
    } catch (IOException e) {
      throw new Failure("cannot read " + said, e);
    }
  }

  /** Until somebody listens on a machine. */
  Background awaitListener(Network network, Network.Machine machine, int port)
      throws Failure, InterruptedException {
    return await(() -> listens(network, machine, port));
  }

  /** Where it ends by itself. */
  void awaitEnd() throws Failure, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0)
      throw new Failure(String.join(" ", command) + " went wrong: " + output());
  }

  private static boolean listens(Network network, Network.Machine machine, int port)
      throws Failure, InterruptedException {
    List<String> command = new ArrayList<>(network.on(machine));
    command.addAll(List.of("ss", "-Hltn", "sport = :" + port));
    return !Shell.run(Map.of(), command).out().isBlank();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
  }
}
