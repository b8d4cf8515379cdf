package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Places;
import io.sojourn.harness.TwoNodes;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A server as its makers publish it, with only our agent added, in a directory of its own; or a
 * client of it, on the third machine, which must not notice anything.
 */
final class Service implements AutoCloseable {
  /** Where the modules with subjects are. */
  static final Path SUBJECTS = Places.RUNTIME.resolve("../../../integration-tests").normalize();

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** As others wait for a connection; H2 gives up after 2 s, which is a matter of this machine. */
  private static final String PATIENT = "-Dh2.socketConnectTimeout=100000";

  private final String name;
  private final Path home;
  private final Process process;

  private Service(String name, Path home, Process process) {
    this.name = name;
    this.home = home;
    this.process = process;
  }

  /** How a program is started: VM options, then the class and its arguments. */
  static List<String> java(Jdk jdk, String... words) {
    List<String> command = new ArrayList<>(List.of(jdk.tool("java"), "-Xmx256m"));
    command.addAll(List.of(words));
    return command;
  }

  /** A class path of what {@code integration-tests/servers} was built with. */
  static String classPath() {
    Path target = SUBJECTS.resolve("servers/target");
    return target.resolve("servers.jar") + ":" + target + "/lib/*";
  }

  /** What a program says that does one thing and ends well. */
  static String said(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /** How a server is started, in home's network, with the agent. */
  record Program(Path home, List<String> java) {
    Program with(String... arguments) {
      List<String> words = new ArrayList<>(java);
      words.addAll(List.of(arguments));
      return new Program(home, words);
    }

    Service start(TwoNodes nodes) throws IOException {
      String name = home.getFileName().toString();
      List<String> command = new ArrayList<>(List.of("setsid", java.get(0)));
      command.add("-javaagent:" + Places.AGENT + "=name=" + name);
      command.addAll(java.subList(1, java.size()));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(home.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(home.resolve("out").toFile());
      builder.environment().put("SOJOURN_RUN_DIR", nodes.home().run().toString());
      return new Service(name, home, nodes.atHome(builder::start));
    }
  }

  /** On the third machine; works until it is told to finish. */
  static Service client(TwoNodes nodes, Path home, String... words) throws IOException {
    List<String> command = java(Jdk.newest(), "-XX:TieredStopAtLevel=1", PATIENT, "-cp", classPath());
    command.add("io.sojourn.subjects.servers." + words[0]);
    command.addAll(List.of(words).subList(1, words.length));
    Files.createDirectories(home.resolve("client"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.resolve("client").toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(home.resolve("client/out").toFile()));
    return new Service("client", home.resolve("client"), nodes.atPeers(builder::start));
  }

  Service serving(TwoNodes nodes, int port) {
    await(name)
        .atMost(PATIENCE)
        .failFast(() -> assertThat(process.isAlive()).as(this::output).isTrue())
        .until(() -> nodes.atPeers(() -> answers(nodes.homeAddress(), port)));
    return this;
  }

  private static boolean answers(String address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 1000);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  String name() {
    return name;
  }

  static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String output() {
    try {
      String text = Files.readString(home.resolve("out"));
      return home + " said:\n" + text.substring(Math.max(0, text.length() - 8000));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until each of a client's workers has done so much more. */
  void goesOn(int times) {
    List<Long> before = counts();
    await("work of " + home)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .failFast(() -> assertThat(process.isAlive()).as(this::output).isTrue())
        .until(() -> more(before, counts(), times));
  }

  private static boolean more(List<Long> before, List<Long> now, int times) {
    if (now.isEmpty()) return false;
    for (int i = 0; i < now.size(); i++)
      if (now.get(i) < (before.isEmpty() ? 0 : before.get(i)) + times) return false;
    return true;
  }

  private List<Long> counts() {
    List<Long> counts = new ArrayList<>();
    lines(home.resolve("out")).stream()
        .filter(line -> line.startsWith("done "))
        .reduce((first, last) -> last)
        .ifPresent(
            line -> {
              for (String one : line.substring(5).split(" ")) counts.add(Long.parseLong(one));
            });
    return counts;
  }

  /** Tells a client to finish: it checks all that it has done, and has met no error. */
  String finish() throws IOException, InterruptedException {
    process.getOutputStream().close();
    assertThat(ends()).as(this::output).isZero();
    assertThat(output()).contains("\nright\n");
    return output().lines().filter(line -> line.startsWith("longest ")).findFirst().orElseThrow();
  }

  /** Its exit status, once it has ended; for a server, wherever it is. */
  int ends() {
    await("the end of " + home).atMost(PATIENCE).until(() -> !process.isAlive());
    return process.exitValue();
  }

  /** As its administrator ends it. */
  void terminate() {
    process.destroy();
  }

  @Override
  public void close() {
    // Where it is a deputy by now, its task ends with it.
    process.destroyForcibly();
    ends();
  }
}
