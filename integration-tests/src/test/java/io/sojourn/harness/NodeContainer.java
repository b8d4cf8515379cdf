package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A node in a container, with the rights that docs/containers.md names and no others. */
public final class NodeContainer extends GenericContainer<NodeContainer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where programs run that a test has started there. */
  private static final String PLACE = "/srv/";

  private static final String VICTIMS = "/victims";

  private final String name;
  private int questions;

  /**
   * @param tokens a directory that all nodes of the cluster have
   */
  public NodeContainer(String name, Network network, Path tokens) {
    super(DockerImageName.parse(Engine.IMAGE));
    this.name = name;
    withNetwork(network);
    withNetworkAliases(name);
    withEnv("SOJOURN_ADVERTISE", name);
    withFileSystemBind(tokens.toString(), "/cluster", BindMode.READ_WRITE);
    withTmpFs(Map.of("/run", "exec,mode=0755"));
    withCreateContainerCmdModifier(
        command -> {
          command.withHostName(name);
          rights(Objects.requireNonNull(command.getHostConfig()));
        });
    waitingFor(Wait.forHealthcheck().withStartupTimeout(Duration.ofMinutes(3)));
  }

  private static void rights(HostConfig host) {
    host.withCapAdd(
        Capability.SYS_ADMIN, Capability.NET_ADMIN, Capability.SYS_PTRACE, Capability.SYS_TIME);
    host.withSecurityOpts(List.of("seccomp=unconfined", "apparmor=unconfined"));
    host.withDevices(device("/dev/fuse"), device("/dev/net/tun"));
  }

  private static Device device(String path) {
    return new Device("rwm", path, path);
  }

  /** This node makes the cluster. */
  public NodeContainer inviting(String names) {
    return withEnv("SOJOURN_INVITE", names);
  }

  public NodeContainer joining() {
    return withEnv("SOJOURN_JOIN", "@/cluster/" + name + ".token");
  }

  /** Tests' programs are there. */
  public NodeContainer withVictims() {
    return withCopyToContainer(MountableFile.forHostPath(Places.victims()), VICTIMS);
  }

  public Answer ckpt(String... arguments) {
    List<String> command = new ArrayList<>(List.of("ckpt"));
    command.addAll(List.of(arguments));
    command.add("--json");
    ExecResult result = exec(command.toArray(String[]::new));
    try {
      JsonNode json = JSON.readTree(result.getStdout());
      return new Answer(
          name + ": " + String.join(" ", command),
          result.getExitCode(),
          json == null ? MissingNode.getInstance() : json,
          result.getStderr());
    } catch (IOException noJson) {
      throw new AssertionError(result.toString(), noJson);
    }
  }

  private ExecResult exec(String... command) {
    try {
      return execInContainer(command);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What a shell there says; it must succeed. */
  public String shell(String script, String... arguments) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(List.of(arguments));
    ExecResult result = exec(command.toArray(String[]::new));
    assertThat(result.getExitCode()).as("%s: %s: %s", name, script, result).isZero();
    return result.getStdout().strip();
  }

  /**
   * Starts a victim, in a directory of its name, under a shell that notes how it ended in "status".
   *
   * @param options of the VM
   */
  public void start(Class<?> victim, List<String> options, String... arguments) {
    String place = PLACE + victim.getSimpleName();
    List<String> command =
        new ArrayList<>(List.of("java", "-Xmx128m", "-Dcontrol=" + place, "-cp", VICTIMS));
    command.addAll(options);
    command.add(victim.getName());
    command.addAll(List.of(arguments));
    shell(
        """
        mkdir -p "$1"; cd "$1"; shift; seq 100 > source
        setsid sh -c '"$@"; echo status $? > status' sh "$@" < /dev/null >> out 2>&1 &
        """,
        concat(place, command));
    ask(victim, "pid");
  }

  private static String[] concat(String first, List<String> others) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(others);
    return all.toArray(String[]::new);
  }

  /** Asks a victim, and waits for its answer. */
  public String ask(Class<?> victim, String question) {
    String place = PLACE + victim.getSimpleName(), number = String.valueOf(++questions);
    shell("cd $1 && echo \"$2 $3\" | tr -d '\\n' > q && mv q question", place, number, question);
    String[] said = {""};
    await(question)
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> said[0] = shell("cd $1 && cat answer-$2 || { cat out; exit 1; }", place, number));
    assertThat(said[0]).as("answer to %s", question).doesNotStartWith("FAILURE");
    return said[0];
  }

  public String read(Class<?> victim, String file) {
    return shell("cat " + PLACE + victim.getSimpleName() + "/" + file);
  }

  /**
   * The command lines of the first process there and of all below it. Who asks, and a health check,
   * is put there from outside, and has no parent there.
   */
  public List<String> processes() {
    Map<String, String> parents = new HashMap<>();
    Map<String, String> commands = new LinkedHashMap<>();
    shell(
            """
            for process in /proc/[0-9]*; do
              parent=$(sed -n 's/^PPid:[[:space:]]*//p' $process/status 2> /dev/null) || continue
              command=$(tr '\\0\\n' '  ' < $process/cmdline 2> /dev/null)
              printf '%s %s %s\\n' "${process#/proc/}" "$parent" "$command"
            done
            """)
        .lines()
        .map(line -> line.split(" ", 3))
        .filter(words -> words.length == 3)
        .forEach(
            words -> {
              parents.put(words[0], words[1]);
              commands.put(words[0], words[2].strip());
            });
    Set<String> below = new HashSet<>(Set.of("1"));
    while (below.addAll(children(below, parents)))
      ;
    commands.keySet().retainAll(below);
    return commands.values().stream().filter(command -> !command.isEmpty()).toList();
  }

  private static List<String> children(Set<String> of, Map<String, String> parents) {
    return parents.keySet().stream().filter(child -> of.contains(parents.get(child))).toList();
  }

  public long mounts() {
    return shell("cat /proc/1/mountinfo").lines().count();
  }

  /** Every node of the cluster with its state, as this one sees it: "a up". */
  public List<String> cluster() {
    List<String> nodes = new ArrayList<>();
    for (JsonNode node : ckpt("nodes").done().json().path("nodes"))
      nodes.add(node.path("name").asText() + " " + node.path("state").asText());
    return nodes;
  }
}
