package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.sojourn.engine.linux.Proc;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A node of a test class's own: daemon, run and state directories. After each test it looks whether
 * something was left behind.
 */
public final class Node implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SETTLE = Duration.ofSeconds(20);

  /** As {@code ckpt node stop} waits: a daemon lets what is under way come to its end. */
  private static final Duration END = Duration.ofSeconds(150);

  private static final ExtensionContext.Namespace OF_ALL =
      ExtensionContext.Namespace.create(Node.class);
  private static final Node SHARED = new Node();
  static final String WORLD_HOST = "io.sojourn.node.host.WorldHost";

  private final AtomicInteger outputs = new AtomicInteger();
  private final Set<String> tasks = ConcurrentHashMap.newKeySet();
  private final List<Subject> subjects = new ArrayList<>();
  private final List<String> place;
  private final List<String> options;
  private @Nullable Path home;
  private boolean shares;
  private @Nullable Process daemon;

  public Node() {
    this(List.of());
  }

  /**
   * @param place words before the daemon's and each command, as {@link Net#on} gives them
   * @param options of the daemon
   */
  public Node(List<String> place, String... options) {
    this.place = place;
    this.options = List.of(options);
  }

  /**
   * The one that all such classes of a test run have, as a user's node serves many tasks one after
   * the other: for classes that leave its daemon as they found it.
   */
  public static Node shared() {
    return SHARED;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (this != SHARED) {
      begin();
      return;
    }
    context
        .getRoot()
        .getStore(OF_ALL)
        .getOrComputeIfAbsent(Node.class, any -> begun(), AutoCloseable.class);
    // What a failure has broken is not the next class's trouble.
    if (!hasDaemon()) startDaemon();
  }

  private AutoCloseable begun() {
    try {
      begin();
      return this::end;
    } catch (Exception failed) {
      throw new IllegalStateException("a node does not start", failed);
    }
  }

  /** As before all tests of a class that registers it. */
  public void begin() throws Exception {
    ProcessNumbers.areMany();
    Path made = Files.createTempDirectory("sojourn-it-");
    // Subjects of other users get through.
    Files.setPosixFilePermissions(
        made, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    home = made;
    Files.createDirectory(state());
    Files.createSymbolicLink(state().resolve("criu"), Places.criu());
    startDaemon();
  }

  /**
   * The same in a directory that is another node's, which shares its paths, and nothing else, by
   * mounts of its own.
   */
  public void beginIn(Path shared) throws IOException {
    home = shared;
    shares = true;
    startDaemon();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    leavesNothing();
  }

  /** As after each test of a class that registers it. */
  public void leavesNothing() {
    endSubjects();
    // What was ended a moment ago may still be busy with its end.
    Awaitility.await().atMost(SETTLE).untilAsserted(() -> Remains.of(this).check());
  }

  /**
   * All of them, whatever happens with one: a subject that stays would slow down all that follow.
   */
  private void endSubjects() {
    List<Subject> owned = List.copyOf(subjects);
    subjects.clear();
    AssertionError trouble = new AssertionError("subjects did not end in order");
    for (Subject subject : owned)
      try {
        subject.close();
      } catch (RuntimeException | AssertionError failed) {
        trouble.addSuppressed(failed);
      }
    if (trouble.getSuppressed().length > 0) throw trouble;
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (this != SHARED) end();
  }

  /** As after all tests of a class that registers it. */
  public void end() throws Exception {
    try {
      Process running = daemon();
      running.destroy();
      assertThat(running.waitFor(END.toSeconds(), TimeUnit.SECONDS)).as("the daemon ends").isTrue();
      assertThat(run().resolve("node.sock")).doesNotExist();
      assertThat(run().resolve("agent.sock")).doesNotExist();
      assertThat(run().resolve("ckpt.sock")).doesNotExist();
      assertThat(worldHosts()).as("world hosts without guests").isEmpty();
    } finally {
      daemon().destroyForcibly().waitFor();
      killWorldHosts();
      if (!shares) Places.remove(home());
    }
  }

  public Path home() {
    return java.util.Objects.requireNonNull(home);
  }

  public Path run() {
    return home().resolve("run");
  }

  public Path state() {
    return home().resolve("state");
  }

  /** Where it keeps what must not touch a disk. */
  public Path memory() {
    return Path.of("/dev/shm/sojourn-" + Integer.toHexString(run().toString().hashCode()));
  }

  private Process daemon() {
    return java.util.Objects.requireNonNull(daemon);
  }

  boolean hasDaemon() {
    return daemon().isAlive();
  }

  public int daemonPid() {
    return (int) daemon().pid();
  }

  /**
   * The processes in which guests live, as the node itself numbers them. Of a node that has numbers
   * of its own they cannot be killed by these.
   */
  public List<Integer> worldHosts() throws IOException {
    Path hosts = run().resolve("worlds");
    if (!Files.isDirectory(hosts)) return List.of();
    try (Stream<Path> all = Files.list(hosts)) {
      return all.map(host -> Integer.valueOf(host.getFileName().toString()))
          .filter(host -> Proc.commandLine(host).contains(WORLD_HOST))
          .toList();
    }
  }

  /** As a crash would: all guests end with them. */
  public void killWorldHosts() throws IOException {
    for (int host : worldHosts())
      ProcessHandle.of(host)
          .ifPresent(
              process -> {
                process.destroyForcibly();
                process.onExit().join();
              });
  }

  /** What its world hosts have said so far. */
  public String worldsLog() throws IOException {
    return Files.readString(state().resolve("worlds.log"));
  }

  /** The processes that the daemon has started; quicker to read than all processes are. */
  public List<String> daemonChildren() {
    List<String> children = new ArrayList<>();
    Path threads = Path.of("/proc", String.valueOf(daemonPid()), "task");
    try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
      for (Path thread : all)
        children.addAll(List.of(Files.readString(thread.resolve("children")).split(" ")));
    } catch (IOException threadEnded) {
      // Whoever waits for a child looks again.
    }
    children.removeIf(String::isBlank);
    return children;
  }

  Map<String, String> environment() {
    return Map.of("SOJOURN_RUN_DIR", run().toString(), "SOJOURN_STATE_DIR", state().toString());
  }

  /** A subject that this node cares for, and ends with the test. */
  public Subject.Builder subject(Jdk jdk, Class<?> victim) {
    return new Subject.Builder(this, jdk, victim);
  }

  /** Ids of all tasks that the daemon has noted up to now. */
  Set<String> tasks() {
    return tasks;
  }

  private void noteTasks() throws IOException {
    Path notes = state().resolve("tasks");
    if (!Files.isDirectory(notes)) return;
    try (Stream<Path> files = Files.list(notes)) {
      files.forEach(file -> tasks.add(file.getFileName().toString().replaceFirst("\\..*", "")));
    }
  }

  void owns(Subject subject) {
    subjects.add(subject);
  }

  /**
   * @param prefix of its command: a program that executes its arguments
   */
  public void startDaemon(String... prefix) throws IOException {
    List<String> command = new ArrayList<>(place);
    command.addAll(List.of(prefix));
    command.add(java());
    // Daemons of tests live too short for what the second compiler costs; in a soak they are
    // users'.
    if (!Boolean.getBoolean("sojourn.soak")) command.add("-XX:TieredStopAtLevel=1");
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx256m",
            // As ckptd does: once there is one, a start costs half as much.
            "-XX:SharedArchiveFile=" + Places.ARCHIVE,
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-Djava.library.path=" + Places.RUNTIME.resolve("native"),
            "-Dsojourn.runtime=" + Places.RUNTIME,
            "-Dsojourn.root=" + Places.ROOT.normalize(),
            "-cp",
            Places.NODE_JAR.toString(),
            "io.sojourn.node.daemon.Ckptd"));
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment());
    Process started =
        builder.redirectError(Redirect.appendTo(home().resolve("ckptd.log").toFile())).start();
    daemon = started;
    try (BufferedReader output = started.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).as(log()).isEqualTo("ready");
    }
  }

  /** As a crash would. */
  public void killDaemon() throws InterruptedException {
    daemon().destroyForcibly().waitFor();
  }

  /** As an exchange for a newer one does. */
  public void stopDaemon() throws InterruptedException {
    Process running = daemon();
    running.destroy();
    assertThat(running.waitFor(END.toSeconds(), TimeUnit.SECONDS)).as("the daemon ends").isTrue();
  }

  /** What the daemon has said so far. */
  public String log() throws IOException {
    return Files.readString(home().resolve("ckptd.log"));
  }

  /** Runs a command, to its end. */
  public Answer ckpt(String... arguments) {
    return await(ckptInBackground(arguments));
  }

  /** A command that runs while the test goes on. */
  public record Running(String command, Process process, Path out, Path err) {}

  public Running ckptInBackground(String... arguments) {
    return command(place, arguments);
  }

  /** A command of another user, by a prefix such as setpriv's. */
  public Answer ckptAs(List<String> prefix, String... arguments) {
    return await(command(prefix, arguments));
  }

  private Running command(List<String> prefix, String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Places.launcher().toString());
    command.addAll(List.of(arguments));
    command.add("--json");
    int number = outputs.incrementAndGet();
    Path out = home().resolve("out-" + number), err = home().resolve("err-" + number);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment());
    try {
      return new Running("ckpt " + String.join(" ", arguments), builder.start(), out, err);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public Answer await(Running running) {
    try {
      if (!running.process().waitFor(120, TimeUnit.SECONDS)) {
        running.process().destroyForcibly().waitFor();
        throw new AssertionError(running.command() + " does not end\n" + log());
      }
      noteTasks();
      JsonNode json = JSON.readTree(running.out().toFile());
      return new Answer(
          running.command(),
          running.process().exitValue(),
          json == null ? MissingNode.getInstance() : json,
          Files.readString(running.err()));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin/java").toString();
  }
}
