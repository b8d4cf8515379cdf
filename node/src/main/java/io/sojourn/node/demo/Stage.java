package io.sojourn.node.demo;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.daemon.CriuProvision;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where the demo plays: directories and a daemon of its own. All is struck at the end. */
final class Stage implements AutoCloseable {
  private static final int END_SECONDS = 30;

  private final Path root;
  private final Path runtime;
  private final Path directory;
  private final Map<String, String> environment;
  private final Ckpt ckpt;
  private final Deque<ProcessHandle> programs = new ArrayDeque<>();
  private final Thread hook = new Thread(this::strike, "strike");
  private boolean daemonRuns;

  private Stage(Path root, Path runtime, Path directory) {
    this.root = root;
    this.runtime = runtime;
    this.directory = directory;
    this.environment =
        Map.of(
            "SOJOURN_RUN_DIR",
            directory.resolve("run").toString(),
            "SOJOURN_STATE_DIR",
            directory.resolve("state").toString());
    this.ckpt = new Ckpt(root.resolve("ckpt"), environment);
  }

  static Stage build(Path root, Path runtime, Path stateDirectory, Story story) throws Exception {
    story.act("A node of its own");
    Path criu = stateDirectory.resolve("criu");
    story.step(
        "CRIU",
        () -> {
          CriuProvision.ensure(
              stateDirectory, root.resolve("scripts/provision-criu.sh"), story::note);
          return criu;
        });
    Stage stage = new Stage(root, runtime, Files.createTempDirectory("ckpt-demo"));
    Runtime.getRuntime().addShutdownHook(stage.hook);
    try {
      Path state = Files.createDirectories(stage.directory.resolve("state"));
      if (Files.exists(criu)) Files.createSymbolicLink(state.resolve("criu"), criu);
      story.step(
          "$ ckpt node start",
          () -> {
            stage.ckpt.run("node", "start");
            return stage.daemonRuns = true;
          });
      return stage;
    } catch (Exception failure) {
      stage.close();
      throw failure;
    }
  }

  Ckpt ckpt() {
    return ckpt;
  }

  Path directory() {
    return directory;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** Class path of example programs. */
  String jars(String... names) {
    List<String> jars = new ArrayList<>();
    for (String name : names) jars.add(runtime.resolve("examples/" + name + ".jar").toString());
    return String.join(File.pathSeparator, jars);
  }

  String agent(String taskName) {
    return "-javaagent:" + runtime.resolve("migrate.jar") + "=name=" + taskName;
  }

  /** Starts a JVM in the background, as a service: its output goes to a file. */
  Process service(String name, String... arguments) throws IOException {
    File log = file(name + ".out").toFile();
    return keep(
        java(arguments)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log))
            .start());
  }

  /** Starts a JVM whose output is read here. */
  Child client(String name, String... arguments) throws IOException {
    return new Child(name, keep(java(arguments).redirectErrorStream(true).start()));
  }

  private ProcessBuilder java(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of("setsid", Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    return builder;
  }

  private Process keep(Process process) {
    keep(process.toHandle());
    return process;
  }

  /** Ends it with the stage, however the demo ends. */
  ProcessHandle keep(ProcessHandle process) {
    synchronized (programs) {
      programs.push(process);
    }
    return process;
  }

  /** A restored process, which is a child of another. */
  ProcessHandle restored(Ckpt.Done done) {
    return keep(
        ProcessHandle.of(done.pid())
            .orElseThrow(
                () ->
                    OperationException.failed(
                        "the restored process " + done.pid() + " has ended", "")));
  }

  @Override
  public void close() {
    strike();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endsAnyway) {
      // The hook has run, or waits for us.
    }
  }

  private synchronized void strike() {
    try {
      if (!Files.exists(directory)) return;
      synchronized (programs) {
        while (!programs.isEmpty()) end(programs.pop());
      }
      if (daemonRuns) endDaemon();
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList())
          Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void endDaemon() throws IOException, InterruptedException {
    daemonRuns = false;
    // What a failure has left frozen keeps a lock on its connections.
    for (var image : ckpt.run("images").path("images"))
      ckpt.run("rm", "--force", image.path("name").asText());
    ckpt.run("node", "stop");
  }

  private static void end(ProcessHandle process) {
    CompletableFuture<ProcessHandle> end = process.onExit();
    process.destroy();
    try {
      end.orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
    } catch (RuntimeException hangs) {
      process.destroyForcibly();
    }
  }
}
