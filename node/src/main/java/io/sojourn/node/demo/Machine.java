package io.sojourn.node.demo;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A node with its daemon, a directory, and the programs that run there. */
final class Machine {
  private final Path directory;
  private final List<String> place;
  private final Programs programs;
  private final Map<String, String> environment;
  private final Ckpt ckpt;
  private boolean daemonRuns;

  /**
   * @param directory that exists, for the node's things and those of its programs
   * @param place words before a command, so that it runs there
   * @param launcher the program {@code ckpt}
   */
  Machine(Path directory, List<String> place, Path launcher, Programs programs) {
    this.directory = directory;
    this.place = place;
    this.programs = programs;
    this.environment =
        Map.of(
            "SOJOURN_RUN_DIR",
            directory.resolve("run").toString(),
            "SOJOURN_STATE_DIR",
            directory.resolve("state").toString());
    this.ckpt = new Ckpt(place, launcher, environment);
  }

  /**
   * @param criu that others have provided, or would provide, for the next time too
   */
  Machine start(Path criu, String... options) throws IOException, InterruptedException {
    Path state = Files.createDirectories(directory.resolve("state"));
    if (Files.exists(criu)) Files.createSymbolicLink(state.resolve("criu"), criu);
    List<String> words = new ArrayList<>(List.of("node", "start"));
    words.addAll(List.of(options));
    ckpt.run(words.toArray(String[]::new));
    daemonRuns = true;
    return this;
  }

  Ckpt ckpt() {
    return ckpt;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  ProcessHandle restored(Ckpt.Done done) {
    return programs.restored(done);
  }

  /** Starts a JVM in the background, as a service: its output goes to a file. */
  Process service(String name, String... arguments) throws IOException {
    File log = file(name + ".out").toFile();
    return programs.keep(
        java(arguments)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log))
            .start());
  }

  /** Starts a JVM whose output is read here. */
  Child client(String name, String... arguments) throws IOException {
    return new Child(name, programs.keep(java(arguments).redirectErrorStream(true).start()));
  }

  private ProcessBuilder java(String... arguments) {
    List<String> command = new ArrayList<>(place);
    command.add("setsid");
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  /** Ends its daemon, and removes what a failure has left frozen. */
  void end() throws IOException, InterruptedException {
    if (!daemonRuns) return;
    daemonRuns = false;
    // It keeps a lock on its connections.
    for (var image : ckpt.run("images").path("images"))
      ckpt.run("rm", "--force", image.path("name").asText());
    ckpt.run("node", "stop");
  }
}
