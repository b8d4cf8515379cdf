package io.sojourn.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A cluster of two nodes, home and guest, each in a network of its own. On the guest node home's
 * directory is empty.
 */
final class TwoNodes implements AutoCloseable {
  private static final String GUEST_NAME = "guest";

  private final Plan plan;
  private final Network network;
  private final Path directory;
  private final List<Background> daemons = new ArrayList<>();
  private final List<RunningProbe> probes = new ArrayList<>();
  private boolean mounted;

  private TwoNodes(Plan plan, Network network, Path directory) {
    this.plan = plan;
    this.network = network;
    this.directory = directory;
  }

  static TwoNodes start(Plan plan) throws Failure, InterruptedException {
    Shell.run(Map.of(), List.of(plan.node().root().resolve("benchmarks/provision-peers.sh") + ""));
    try {
      // A socket's path must be short.
      TwoNodes nodes = new TwoNodes(plan, Network.open(), Files.createTempDirectory("sojourn-two"));
      try {
        nodes.join();
        return nodes;
      } catch (Failure | InterruptedException | IOException | RuntimeException e) {
        nodes.close();
        throw e;
      }
    } catch (IOException e) {
      throw new Failure("two nodes cannot be started", e);
    }
  }

  private void join() throws Failure, InterruptedException, IOException {
    for (String part : List.of("home", "state-home", "state-guest", "run-home", "run-guest"))
      Files.createDirectory(directory.resolve(part));
    Files.createDirectory(memory());
    Shell.run(Map.of(), List.of("mount", "-t", "tmpfs", "none", memory().toString()));
    mounted = true;
    for (String state : List.of("state-home", "state-guest"))
      Files.createSymbolicLink(
          directory.resolve(state).resolve("criu"), plan.node().criu().getParent());
    daemon(Network.Machine.HOME, "home", List.of());
    // No test, but as on another machine: what is home's is not there.
    String hidden = "mount -t tmpfs none " + home() + " && exec \"$@\"";
    daemon(
        Network.Machine.GUEST, GUEST_NAME, List.of("unshare", "--mount", "sh", "-c", hidden, "sh"));
    String token =
        Node.json(ckpt("home", "node", "init", "--advertise", Network.HOME, "--json"))
            .path("token")
            .asText();
    ckpt(GUEST_NAME, "node", "join", Network.HOME, "--token", token);
    daemons.get(0).await(this::seen);
  }

  private void daemon(Network.Machine machine, String name, List<String> within)
      throws Failure, InterruptedException {
    List<String> command = new ArrayList<>(network.on(machine));
    command.addAll(within);
    command.addAll(List.of(plan.node().root().resolve("ckptd").toString(), "--node-name", name));
    Background daemon =
        Background.start(command, environment(name), directory.resolve(name + ".log"));
    daemons.add(daemon);
    daemon.await(() -> daemon.output().contains("ready"));
  }

  private boolean seen() throws Failure, InterruptedException {
    for (JsonNode node : Node.json(ckpt("home", "nodes", "--json")).path("nodes"))
      if (node.path("name").asText().equals(GUEST_NAME))
        return node.path("state").asText().equals("up");
    return false;
  }

  private Map<String, String> environment(String node) {
    return Map.of(
        "SOJOURN_RUN_DIR", directory.resolve("run-" + node).toString(),
        "SOJOURN_STATE_DIR", directory.resolve("state-" + node).toString());
  }

  Plan plan() {
    return plan;
  }

  Network network() {
    return network;
  }

  /** Where files of home's are. */
  Path home() {
    return directory.resolve("home");
  }

  /** Where files of home's are that are on no disk. */
  Path memory() {
    return home().resolve("memory");
  }

  /** Where what is ours only is. */
  Path directory() {
    return directory;
  }

  private Shell.Finished ckpt(String node, String... arguments)
      throws Failure, InterruptedException {
    List<String> command =
        new ArrayList<>(
            network.on(node.equals("home") ? Network.Machine.HOME : Network.Machine.GUEST));
    command.add(plan.node().root().resolve("ckpt").toString());
    command.addAll(List.of(arguments));
    return Shell.run(environment(node), command);
  }

  /** A task at home, under care. */
  RunningProbe task(String name, List<String> jvm) throws Failure, InterruptedException {
    List<String> options = new ArrayList<>(jvm);
    options.add("-javaagent:" + plan.node().agent() + "=name=" + name);
    return probe(Network.Machine.HOME, name, options);
  }

  /** A program that nobody cares for, on any machine. */
  RunningProbe probe(Network.Machine machine, String name, List<String> jvm)
      throws Failure, InterruptedException {
    RunningProbe probe =
        RunningProbe.start(
            plan, network.on(machine), home().resolve(name), jvm, environment("home"));
    probes.add(probe);
    return probe;
  }

  Shell.Finished leave(RunningProbe task) throws Failure, InterruptedException {
    return ckpt("home", "migrate", task.name(), GUEST_NAME, "--json");
  }

  /** Its memory follows. */
  Shell.Finished leaveLazily(RunningProbe task) throws Failure, InterruptedException {
    return ckpt("home", "migrate", task.name(), GUEST_NAME, "--lazy", "--json");
  }

  Shell.Finished comeHome(RunningProbe task) throws Failure, InterruptedException {
    return ckpt("home", "migrate", task.name(), "home", "--json");
  }

  @Override
  public void close() throws Failure, InterruptedException {
    for (RunningProbe probe : probes) probe.close();
    for (Background daemon : daemons) daemon.close();
    network.close();
    if (mounted) Shell.run(Map.of(), List.of("umount", "--lazy", memory().toString()));
    RunningSubject.delete(directory);
  }
}
