package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of one cluster and one installation, a, b and so on: the same paths everywhere, of which
 * all but the run and the state directory are shared, processes, numbers and a network of its own
 * for each. One may lose its power, and get it again.
 */
public final class Machines implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Numbers of different machines are far apart, so that a task's are free on the others. */
  private static final int NUMBERS = 200_000;

  private static final String MACHINE =
      "mount -t tmpfs none \"$1/run\" && mount --bind \"$1/state-$2\" \"$1/state\""
          + " && mount -t tmpfs none /dev/shm && echo $3 > /proc/sys/kernel/ns_last_pid"
          + " && echo ready && exec sleep 100000";

  private final Net net;
  private final Path home;
  private final List<Node> nodes = new ArrayList<>();
  private final List<@Nullable Process> powered = new ArrayList<>();

  /**
   * @param options of all daemons; HOME in them is the directory that all share
   */
  public Machines(String name, int count, String... options) throws Exception {
    ProcessNumbers.areMany();
    home = Files.createTempDirectory("sojourn-it-");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String shared : List.of("run", "state")) Files.createDirectory(home.resolve(shared));
    net = new Net(name + "-" + ProcessHandle.current().pid(), count);
    for (int number = 1; number <= count; number++) {
      Path state = Files.createDirectory(home.resolve("state-" + name(number)));
      Files.createSymbolicLink(state.resolve("criu"), Places.criu());
      List<String> words = new ArrayList<>(List.of("--node-name", name(number)));
      for (String option : options) words.add(option.replace("HOME", home.toString()));
      nodes.add(new Node(place(number), words.toArray(String[]::new)));
      powered.add(null);
      powerOn(number);
    }
    node(1).ckpt("node", "init").done();
    for (int number = 2; number <= count; number++) {
      String token = node(1).ckpt("node", "token").done().json().path("token").asText();
      node(number).ckpt("node", "join", net.address(1), "--token", token).done();
    }
    awaitUp(count);
  }

  private static String name(int number) {
    return String.valueOf((char) ('a' + number - 1));
  }

  public Node node(int number) {
    return nodes.get(number - 1);
  }

  public String address(int number) {
    return net.address(number);
  }

  /** Words before a command, so that it runs there. */
  public List<String> place(int number) {
    return List.of("sh", home.resolve("enter-" + name(number)).toString());
  }

  private void powerOn(int number) throws Exception {
    String space = "/run/netns/" + net.on(number).get(3);
    Process machine =
        new ProcessBuilder(
                List.of(
                    "nsenter",
                    "--net=" + space,
                    "unshare",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--mount-proc",
                    "--kill-child",
                    "sh",
                    "-c",
                    MACHINE,
                    "sh",
                    home.toString(),
                    name(number),
                    String.valueOf(number * NUMBERS)))
            .redirectError(Redirect.INHERIT)
            .start();
    powered.set(number - 1, machine);
    assertThat(machine.inputReader().readLine()).isEqualTo("ready");
    String spaces = "/proc/" + first(number) + "/ns/";
    Files.writeString(
        home.resolve("enter-" + name(number)),
        "exec nsenter --net=%s --mount=%smnt --pid=%spid \"$@\"\n"
            .formatted(space, spaces, spaces));
    node(number).beginIn(home);
  }

  /** The machine's first process. */
  private long first(int number) {
    return powered.get(number - 1).children().findFirst().orElseThrow().pid();
  }

  /** Everything there ends at once, and nobody else hears of it. */
  public void powerOff(int number) throws Exception {
    net.cut(number);
    off(number);
  }

  /** A machine that had lost its power. */
  public void powerOnAgain(int number) throws Exception {
    net.heal(number);
    powerOn(number);
  }

  private void off(int number) throws InterruptedException {
    Process machine = powered.get(number - 1);
    if (machine == null) return;
    Path first = Path.of("/proc", String.valueOf(first(number)));
    machine.destroyForcibly().waitFor();
    await().atMost(PATIENCE).until(() -> !Files.exists(first));
    powered.set(number - 1, null);
  }

  /** From now on no packet leaves or reaches the machine. */
  public void cut(int number) throws Exception {
    net.cut(number);
  }

  public void heal(int number) throws Exception {
    net.heal(number);
  }

  /** Until each that has power sees so many nodes. */
  public void awaitUp(int count) {
    for (int number = 1; number <= nodes.size(); number++)
      if (powered.get(number - 1) != null) {
        Node node = node(number);
        await().atMost(PATIENCE).until(() -> up(node) == count);
      }
  }

  private static long up(Node node) {
    return StreamSupport.stream(node.ckpt("nodes").done().json().path("nodes").spliterator(), false)
        .filter(one -> one.path("state").asText().equals("up"))
        .count();
  }

  /** This machine's number of a process there. */
  public int real(int number, int inner) {
    Path space = space(first(number));
    return ProcessHandle.allProcesses()
        .mapToInt(process -> (int) process.pid())
        .filter(pid -> Proc.innermostPid(pid) == inner && space.equals(space(pid)))
        .findFirst()
        .orElseThrow();
  }

  private static Path space(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", String.valueOf(pid), "ns/pid"));
    } catch (IOException ended) {
      return Path.of("");
    }
  }

  @Override
  public void close() throws Exception {
    try {
      for (int number = 1; number <= nodes.size(); number++) off(number);
    } finally {
      net.close();
      Places.remove(home);
    }
  }
}
