package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import io.sojourn.harness.Places;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A Kafka broker is killed at random moments, while a client of its appends, and restored from a
 * checkpoint that was made while it did: its log is whole, by its own checker, has all that was
 * acknowledged before the checkpoint, and goes on.
 */
class BrokerRollbackIT {
  private static final int KILLS = Boolean.getBoolean("sojourn.soak") ? 20 : 2;
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String NAME = "kafka",
      BROKER = "127.0.0.1:9094",
      CONTROLLER = "127.0.0.1:9095";

  private static @Nullable Net net;
  private static @Nullable Node made;

  private final Random random = new Random();
  private final Path home = node().home().resolve(NAME);

  /** In a network of its own: its ports are free there. */
  @BeforeAll
  static void begin() throws Exception {
    net = new Net("sojourn-k-" + ProcessHandle.current().pid(), 1);
    Node node = new Node(there());
    made = node;
    node.begin();
  }

  private static List<String> there() {
    // Not by "ip netns exec": in a mount namespace of its own it would not see ours as tasks do.
    return List.of("nsenter", "--net=/run/netns/" + Objects.requireNonNull(net).on(1).get(3));
  }

  private static Node node() {
    return Objects.requireNonNull(made);
  }

  @Test
  void aBrokerIsAsItWasAtItsCheckpoint() throws Exception {
    Process broker = broker();
    Process client = client();
    try {
      awaitSaid("ready", 1);
      for (int kill = 1; kill <= KILLS; kill++) {
        tell(client, "go");
        long before = acknowledged();
        await("appending").atMost(PATIENCE).until(() -> acknowledged() > before);
        long certain = acknowledged();
        String image = node().ckpt("checkpoint", NAME).done().image();
        Thread.sleep(random.nextInt(1000));
        int process = pid();
        assertThat(process).isPositive();
        Signals.send(process, Signals.KILL);
        await().atMost(PATIENCE).until(() -> !Proc.exists(process));
        tell(client, "stop");
        awaitSaid("stopped", kill);
        node().ckpt("restore", NAME).done();
        tell(client, "check " + certain);
        awaitSaid("checked ", kill);
        assertThat(saidWrong()).isEmpty();
        logIsWhole();
        node().ckpt("rm", image).done();
      }
      // It still takes what it is given.
      tell(client, "go");
      long before = acknowledged();
      await("appending").atMost(PATIENCE).until(() -> acknowledged() > before);
      tell(client, "stop");
      awaitSaid("stopped", KILLS + 1);
      assertThat(saidWrong()).isEmpty();
      int last = pid();
      assertThat(last).isPositive();
      Signals.send(last, Signals.TERM);
      await().atMost(PATIENCE).until(() -> !Proc.exists(last));
      logIsWhole();
    } catch (Throwable failed) {
      failed.addSuppressed(new AssertionError(String.join("\n", said())));
      throw failed;
    } finally {
      int last = pid();
      if (last > 0) Signals.send(last, Signals.KILL);
      broker.destroyForcibly();
      client.destroyForcibly();
    }
  }

  private Process broker() throws Exception {
    Files.createDirectories(home.resolve("data"));
    Path settings =
        Files.writeString(
            home.resolve("server.properties"),
            """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@%s
            controller.listener.names=CONTROLLER
            listeners=PLAINTEXT://%s,CONTROLLER://%s
            log.dirs=%s/data
            offsets.topic.replication.factor=1
            """
                .formatted(CONTROLLER, BROKER, CONTROLLER, home));
    Service.said(
        kafka(
            "kafka.tools.StorageTool",
            "format",
            "--config",
            settings.toString(),
            "--cluster-id",
            "Mk3OEYBSD34fcwNTJENDM2"));
    List<String> command = new ArrayList<>(there());
    List<String> java = kafka("kafka.Kafka", settings.toString());
    command.addAll(List.of("setsid", java.get(0)));
    command.add(
        "-javaagent:%s=name=%s,volumes=%s".formatted(Places.AGENT, NAME, home.resolve("data")));
    command.addAll(java.subList(1, java.size()));
    return start(command, "out", Redirect.from(new File("/dev/null")));
  }

  private Process client() throws IOException {
    List<String> command = new ArrayList<>(there());
    command.addAll(
        Service.java(
            Jdk.newest(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            Service.classPath(),
            "io.sojourn.subjects.servers.Numbers",
            BROKER));
    return start(command, "client", Redirect.PIPE);
  }

  private Process start(List<String> command, String out, Redirect input) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectInput(input)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(home.resolve(out).toFile()));
    builder.environment().put("SOJOURN_RUN_DIR", node().run().toString());
    return builder.start();
  }

  private static List<String> kafka(String main, String... words) {
    List<String> command = Service.java(Jdk.newest(), "-cp", Service.classPath(), main);
    command.addAll(List.of(words));
    return command;
  }

  /** As Kafka's own tool reads it: every checksum, and the indexes. */
  private void logIsWhole() throws Exception {
    Path log = home.resolve("data/numbers-0");
    List<String> segments;
    try (Stream<Path> files = Files.list(log)) {
      segments = files.map(Path::toString).filter(file -> file.endsWith(".log")).toList();
    }
    String said =
        Service.said(
            kafka(
                "kafka.tools.DumpLogSegments",
                "--deep-iteration",
                "--files",
                String.join(",", segments)));
    assertThat(said).contains("isvalid: true").doesNotContain("isvalid: false", "Found ");
    List<String> indexes = segments.stream().map(one -> one.replace(".log", ".index")).toList();
    assertThat(
            Service.said(
                kafka(
                    "kafka.tools.DumpLogSegments",
                    "--index-sanity-check",
                    "--files",
                    String.join(",", indexes))))
        .contains("passed sanity check.");
  }

  private static void tell(Process client, String line) throws IOException {
    client.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    client.getOutputStream().flush();
  }

  private List<String> said() {
    return Service.lines(home.resolve("client"));
  }

  private List<String> saidWrong() {
    return said().stream().filter(line -> line.startsWith("wrong")).toList();
  }

  private void awaitSaid(String begin, int times) {
    await(begin)
        .atMost(PATIENCE)
        .until(() -> said().stream().filter(line -> line.startsWith(begin)).count() >= times);
  }

  /** How many records the broker has said to have, as the client heard last. */
  private long acknowledged() {
    return said().stream()
        .filter(line -> line.matches("acknowledged \\d+"))
        .reduce((first, last) -> last)
        .map(line -> Long.parseLong(line.split(" ")[1]))
        .orElse(0L);
  }

  /** 0 where it is none any more. */
  private static int pid() {
    return node().ckpt("ps", NAME).json().at("/tasks/0/pid").asInt();
  }

  @AfterAll
  static void end() throws Exception {
    try {
      node().end();
    } finally {
      Objects.requireNonNull(net).close();
    }
  }
}
