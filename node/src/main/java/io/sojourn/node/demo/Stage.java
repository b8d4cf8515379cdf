package io.sojourn.node.demo;

import io.sojourn.node.daemon.CriuProvision;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** Where the demo plays: directories and daemons of its own. All is struck at the end. */
final class Stage implements AutoCloseable {
  private final Path root;
  private final Path runtime;
  private final Path criu;
  private final Path directory;
  private final Programs programs = new Programs();
  private final Deque<Machine> machines = new ArrayDeque<>();
  private final Deque<TwoNetworks> networks = new ArrayDeque<>();
  private final Thread hook = new Thread(this::strike, "strike");

  private Stage(Path root, Path runtime, Path criu, Path directory) {
    this.root = root;
    this.runtime = runtime;
    this.criu = criu;
    this.directory = directory;
  }

  static Stage build(Path root, Path runtime, Path stateDirectory, Story story) throws Exception {
    Path criu = stateDirectory.resolve("criu");
    story.act("A node of its own");
    story.step(
        "CRIU",
        () -> {
          CriuProvision.ensure(
              stateDirectory, root.resolve("scripts/provision-criu.sh"), story::note);
          return criu;
        });
    Stage stage = new Stage(root, runtime, criu, Files.createTempDirectory("ckpt-demo"));
    Runtime.getRuntime().addShutdownHook(stage.hook);
    return stage;
  }

  Path directory() {
    return directory;
  }

  /** A machine in this one's network, whose files are in the demo's directory itself. */
  Machine machine() throws IOException, InterruptedException {
    return machine("", List.of());
  }

  /**
   * @param name of the node and of its directory
   * @param place words before each command
   */
  Machine machine(String name, List<String> place) throws IOException, InterruptedException {
    Path own = Files.createDirectories(directory.resolve(name));
    Machine machine = new Machine(own, place, root.resolve("ckpt"), programs);
    synchronized (machines) {
      machines.push(machine);
    }
    return name.isEmpty() ? machine.start(criu) : machine.start(criu, "--node-name", name);
  }

  TwoNetworks networks() throws IOException, InterruptedException {
    TwoNetworks made = new TwoNetworks("ckpt-demo-" + ProcessHandle.current().pid());
    synchronized (machines) {
      networks.push(made);
    }
    return made.lay();
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
      programs.end();
      synchronized (machines) {
        while (!machines.isEmpty()) machines.pop().end();
        while (!networks.isEmpty()) networks.pop().remove();
      }
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
}
