package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Answer;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Places;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/** The members of a parallel program, as tasks of one group. */
final class ProgramGroup implements AutoCloseable {
  /**
   * Where a member is at home.
   *
   * @param place words before its command
   * @param address at which the others reach it
   * @param real this machine's number of a process, from the node's
   */
  record Seat(Node node, List<String> place, String address, IntUnaryOperator real) {
    Seat(Node node, List<String> place, String address) {
      this(node, place, address, number -> number);
    }
  }

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Parallel program;
  private final List<Seat> seats;
  private final String name;
  private final Path home;
  private final List<Process> firsts = new ArrayList<>();

  private ProgramGroup(Parallel program, List<Seat> seats, String name, Path home) {
    this.program = program;
    this.seats = new ArrayList<>(seats);
    this.name = name;
    this.home = home;
  }

  /**
   * Starts {@code heat} on one node.
   *
   * @param options of its agents, beside name and group
   */
  static ProgramGroup heat(Node node, String name, int members, String options) throws IOException {
    Seat seat = new Seat(node, List.of(), "127.0.0.1");
    return start(new ParallelHeat(), Collections.nCopies(members, seat), name, options);
  }

  /** Starts one on several nodes, which see the directory of the first one's. */
  static ProgramGroup start(Parallel program, List<Seat> seats, String name, String options)
      throws IOException {
    Path home = Files.createDirectory(seats.get(0).node().home().resolve(name));
    ProgramGroup group = new ProgramGroup(program, seats, name, home);
    for (int rank = 0; rank < seats.size(); rank++)
      group.firsts.add(group.begin(rank, seats.size(), options));
    return group;
  }

  private Process begin(int rank, int members, String options) throws IOException {
    Seat seat = seats.get(rank);
    List<String> command = new ArrayList<>(seat.place());
    // Opened there: CRIU knows no file of another mount namespace.
    command.addAll(List.of("sh", "-c", "exec \"$@\" < /dev/null >> \"$0\" 2>&1"));
    command.add(home.resolve("out-" + rank).toString());
    command.addAll(List.of("setsid", Jdk.newest().tool("java"), "-Xmx64m"));
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add(
        "-javaagent:%s=name=%s,group=%s%s".formatted(Places.AGENT, task(rank), name, options));
    command.addAll(List.of("-cp", Service.classPath()));
    command.addAll(program.member(rank, members, home, seat.address()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD);
    builder.environment().put("SOJOURN_RUN_DIR", seat.node().run().toString());
    return builder.start();
  }

  String name() {
    return name;
  }

  int size() {
    return firsts.size();
  }

  String task(int rank) {
    return name + rank;
  }

  /** The number of a member's process. */
  int pid(int rank) {
    Seat seat = seats.get(rank);
    JsonNode all = seat.node().ckpt("ps", task(rank)).done().json();
    return seat.real().applyAsInt(all.at("/tasks/0/pid").asInt());
  }

  /** From now on a member lives somewhere else. */
  void lives(int rank, Seat seat) {
    seats.set(rank, seat);
  }

  List<Integer> pids() {
    return nodes().stream().flatMap(node -> pids(node).stream()).toList();
  }

  /** Of those that are at home on that node. */
  List<Integer> pids(Node node) {
    IntUnaryOperator real =
        seats.stream().filter(seat -> seat.node() == node).findFirst().orElseThrow().real();
    return tasks(node).stream()
        .mapToInt(task -> task.path("pid").asInt())
        .filter(pid -> pid > 0)
        .map(real)
        .boxed()
        .toList();
  }

  private Set<Node> nodes() {
    return seats.stream().map(Seat::node).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Its tasks, as their nodes show them. */
  private List<JsonNode> tasks() {
    List<JsonNode> tasks = new ArrayList<>();
    for (Node node : nodes()) tasks.addAll(tasks(node));
    return tasks;
  }

  private List<JsonNode> tasks(Node node) {
    List<JsonNode> tasks = new ArrayList<>();
    for (JsonNode task : node.ckpt("ps").done().json().at("/tasks"))
      if (task.path("group").asText().equals(name)) tasks.add(task);
    return tasks;
  }

  /** From that image, and nothing but files had to be put back. */
  void restored(Answer answer, String image) {
    assertThat(answer.json().path("groupImage").asText()).isEqualTo(image);
    assertThat(answer.json().path("tasks")).hasSize(size());
    assertThat(answer.json().path("warnings"))
        .allSatisfy(warning -> assertThat(warning.asText()).contains("files were put back"));
  }

  /** Waits until each has done a good deal more. */
  void goesOn() {
    long[] before = IntStream.range(0, size()).mapToLong(this::step).toArray();
    await("work of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .failFast(() -> assertThat(output()).doesNotContain("Exception"))
        .until(
            () ->
                IntStream.range(0, size())
                    .allMatch(rank -> step(rank) >= before[rank] + program.stride()));
  }

  private long step(int rank) {
    List<String> lines = Service.lines(home.resolve("log-" + rank));
    return lines.isEmpty() ? 0 : program.step(lines.get(lines.size() - 1));
  }

  /** Waits until all of them are in one life, later than this one; returns that. */
  int livesAfter(int life) {
    int[] now = new int[1];
    until(
        "another life",
        () -> {
          Set<Integer> lives = new TreeSet<>();
          for (JsonNode task : tasks())
            lives.add(
                task.path("state").asText().equals("running")
                    ? task.path("incarnation").asInt()
                    : 0);
          now[0] = lives.iterator().next();
          return lives.size() == 1 && now[0] > life;
        });
    return now[0];
  }

  /** Numbers of the images of all of them. */
  Set<Integer> images() {
    Map<Integer, Integer> parts = new TreeMap<>();
    for (Node node : nodes())
      for (JsonNode image : node.ckpt("images").done().json().path("images")) {
        String of = image.path("groupImage").asText();
        if (of.startsWith(name + "@") && image.path("groupComplete").asBoolean())
          parts.merge(Integer.parseInt(of.substring(name.length() + 1)), 1, Integer::sum);
      }
    parts.values().removeIf(count -> count < size());
    return parts.keySet();
  }

  /** Waits until there have been so many, of which only so many are left. */
  void awaitImages(int number, int left) {
    until(
        "image " + number,
        () -> {
          Set<Integer> images = images();
          return images.stream().anyMatch(one -> one >= number) && images.size() <= left;
        });
  }

  /** Waits until nobody is at work on them: the last of periodic images may be under way. */
  void awaitRest() {
    until(
        "rest",
        () -> tasks().stream().noneMatch(task -> task.path("state").asText().equals("busy")));
  }

  private void until(String what, Callable<Boolean> is) {
    try {
      await(what + " of " + name).atMost(PATIENCE).until(is);
    } catch (ConditionTimeoutException tooLong) {
      throw new AssertionError(tasks() + "\n" + log(), tooLong);
    }
  }

  private String log() {
    StringBuilder all = new StringBuilder();
    try {
      for (Node node : nodes()) all.append(node.log()).append('\n');
    } catch (IOException none) {
      all.append(none);
    }
    return all.toString();
  }

  /** What they have said, which is how they have ended. */
  String output() {
    StringBuilder all = new StringBuilder();
    for (int rank = 0; rank < size(); rank++) all.append(output(rank)).append('\n');
    return all.toString();
  }

  private String output(int rank) {
    return String.join("\n", Service.lines(home.resolve("out-" + rank)));
  }

  /**
   * As the kernel's out-of-memory killer would; returns when they are dead, though not for long.
   */
  void kill(List<Integer> pids) throws IOException {
    List<PidDescriptor> dying = new ArrayList<>();
    for (int pid : pids) dying.add(PidDescriptor.open(pid));
    dying.forEach(one -> one.signal(Signals.KILL));
    for (PidDescriptor one : dying) {
      assertThat(one.ends(PATIENCE)).isTrue();
      one.close();
    }
  }

  /** Tells the first to finish, and compares the result with that of one program alone. */
  void finish() throws IOException, InterruptedException {
    ProcessHandle.of(pid(0)).orElseThrow().destroy();
    await("results of " + name)
        .atMost(PATIENCE)
        .failFast(() -> assertThat(output()).doesNotContain("Exception"))
        .until(() -> IntStream.range(0, size()).allMatch(this::hasEnded));
    program.compare(size(), home, output(0));
  }

  private boolean hasEnded(int rank) {
    return output(rank).lines().anyMatch(line -> line.startsWith(program.last(rank)));
  }

  @Override
  public void close() {
    // Whoever is to be restarted would be.
    for (Node node : nodes()) node.ckpt("checkpoint", "--group", name, "--on-failure=keep");
    for (int pid : pids()) if (pid > 0) Signals.send(pid, Signals.KILL);
    firsts.forEach(Process::destroyForcibly);
  }
}
