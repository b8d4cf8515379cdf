package io.sojourn.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.engine.linux.NetworkNamespace;
import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Net;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Traveller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two nodes of a cluster, a and b, with a network each, and a third machine for peers. On b nothing
 * of a's directory exists.
 */
final class Road implements AutoCloseable {
  private static final String ENTER =
      """
      exec nsenter --target "$0" --net --mount sh -c '
        cd "$0"; seq 100 > source; exec < /dev/null >> out 2>&1
        "$@"; echo status $? > status' "$PWD" "$@"
      """;

  private static final int LINES = 150;

  private final Net net;
  private final Process inA;
  private final Node a;
  private final Node b;
  private final NetworkNamespace peers;

  Road(String name) throws Exception {
    net = new Net(name + "-" + ProcessHandle.current().pid(), 3);
    inA = staysOn(net.on(1));
    List<String> enter = List.of("nsenter", "--target", "" + inA.pid(), "--net", "--mount");
    a = new Node(enter, "--node-name", "a");
    a.begin();
    List<String> elsewhere = new ArrayList<>(net.on(2));
    elsewhere.addAll(
        List.of("unshare", "--mount", "sh", "-c", "mount -t tmpfs none \"$0\" && exec \"$@\""));
    elsewhere.add(a.home().toString());
    b = new Node(elsewhere, "--node-name", "b");
    b.begin();
    String token = a.ckpt("node", "init").done().json().path("token").asText();
    b.ckpt("node", "join", net.address(1), "--token", token).done();
    awaitUp();
    peers = NetworkNamespace.open(Path.of("/run/netns", net.on(3).get(3)));
  }

  /**
   * Every "ip netns exec" makes a mount namespace, and a task's must be that of all daemons of its
   * home. It ends with its input.
   */
  private static Process staysOn(List<String> machine) throws IOException {
    List<String> command = new ArrayList<>(machine);
    command.add("cat");
    Process stays = new ProcessBuilder(command).start();
    await().until(() -> Proc.command((int) stays.pid()).equals("cat"));
    return stays;
  }

  /** Until a sees b, and is answered: it may have seen one that is gone. */
  void awaitUp() {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> sees("b") && a.ckpt("node", "drain", "b", "--undo").status() == 0);
  }

  private boolean sees(String name) {
    for (JsonNode node : a.ckpt("nodes").done().json().path("nodes"))
      if (node.path("name").asText().equals(name)) return node.path("state").asText().equals("up");
    return false;
  }

  Net net() {
    return net;
  }

  Node a() {
    return a;
  }

  Node b() {
    return b;
  }

  /** Where a peer waits for a {@link Traveller}. */
  ServerSocket listen() throws Exception {
    return peers.call(() -> new ServerSocket(0, 9, InetAddress.getByName(net.address(3))));
  }

  /**
   * A traveller on node a, under a shell that notes how it ended.
   *
   * @param launcher words before its JVM's
   */
  Subject start(Jdk jdk, ServerSocket peer, String... launcher) throws IOException {
    return subject(jdk, Traveller.class, launcher).start(net.address(3), "" + peer.getLocalPort());
  }

  /** Any other one there. */
  Subject.Builder subject(Jdk jdk, Class<?> victim, String... launcher) {
    // In the daemon's own mount namespace, of which "ip netns exec" makes one each time.
    List<String> words = new ArrayList<>(List.of("sh", "-c", ENTER, "" + a.daemonPid()));
    words.addAll(List.of(launcher));
    return a.subject(jdk, victim).by(words.toArray(String[]::new));
  }

  /** A peer's connection to a port on node a. */
  Socket connect(int port) throws IOException {
    return peers.call(() -> new Socket(net.address(1), port));
  }

  /**
   * A subject in a terminal, which was made outside of the daemon's mount namespace, and so is
   * opened anew within.
   */
  Subject.Builder inTerminal(Jdk jdk, Class<?> victim) throws IOException {
    Path enter = a.home().resolve("enter.sh"), entered = a.home().resolve("entered.sh");
    Files.writeString(
        enter,
        "exec nsenter --target %d --net --mount sh %s \"$PWD\" \"$(tty)\" \"$@\"\n"
            .formatted(a.daemonPid(), entered));
    Files.writeString(
        entered, "cd \"$1\"; exec < \"$2\" > \"$2\" 2>&1; shift 2; \"$@\"; echo status $?\n");
    return a.subject(jdk, victim).by("sh", enter.toString()).inTerminal();
  }

  /** What is to be known of a connection that does not go on: sockets, rules, threads, logs. */
  String evidence() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String network : networks())
      for (String look : List.of("ss -tinmoe", "nft list ruleset")) {
        List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + network));
        command.addAll(List.of(look.split(" ", -1)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] said = process.getInputStream().readAllBytes();
        all.append("== %s: %s%n%s".formatted(network, look, new String(said, UTF_8)));
      }
    for (Path process : processes())
      if (Proc.command(number(process)).equals("java")) all.append(threads(process));
    for (String log : List.of(a.log(), b.log(), b.worldsLog())) {
      List<String> lines = log.lines().toList();
      all.append("== log%n".formatted());
      lines.stream()
          .skip(Math.max(0, lines.size() - LINES))
          .forEach(line -> all.append(line).append('\n'));
    }
    return all.toString();
  }

  /** Each process's in which somebody lives, guest worlds among them, once. */
  private static Collection<String> networks() throws IOException {
    Map<String, String> paths = new LinkedHashMap<>();
    for (Path process : processes())
      paths.putIfAbsent(
          Proc.namespace(number(process), "net"), process.resolve("ns/net").toString());
    return paths.values();
  }

  /** Where in the kernel each of a JVM's threads is. */
  private static String threads(Path jvm) throws IOException {
    StringBuilder all = new StringBuilder();
    String words = Files.readString(jvm.resolve("cmdline")).replace('\0', ' ');
    all.append("== %s: %s%n".formatted(jvm, words.substring(Math.max(0, words.length() - 200))));
    for (Path thread : numbered(jvm.resolve("task")))
      try {
        String stack = Files.readString(thread.resolve("stack"));
        List<String> calls = stack.lines().limit(4).map(line -> line.substring(4)).toList();
        int number = number(thread);
        all.append(
            "%d %s %s %s%n".formatted(number, Proc.state(number), Proc.command(number), calls));
      } catch (NoSuchFileException ended) {
        // One thread less.
      }
    return all.toString();
  }

  private static List<Path> processes() throws IOException {
    return numbered(Path.of("/proc"));
  }

  private static List<Path> numbered(Path directory) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "[0-9]*")) {
      List<Path> found = new ArrayList<>();
      all.forEach(found::add);
      return found;
    }
  }

  private static int number(Path process) {
    return Integer.parseInt(process.getFileName().toString());
  }

  String id(Subject task) {
    return a.ckpt("ps", task.name()).done().json().at("/tasks/0/id").asText();
  }

  String where(Subject task) {
    return a.ckpt("ps", task.name()).done().json().at("/tasks/0/node").asText();
  }

  private boolean hasNoGuests() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(b.memory())) {
      return !left.iterator().hasNext();
    } catch (NoSuchFileException none) {
      return true;
    }
  }

  @Override
  public void close() throws Exception {
    try {
      try {
        // The process that guests live in stays for those that were ended a moment ago.
        await().atMost(Duration.ofSeconds(30)).until(this::hasNoGuests);
      } finally {
        b.end();
      }
      a.end();
    } finally {
      inA.destroyForcibly().waitFor();
      peers.close();
      net.close();
    }
  }
}
