package io.sojourn.scenario;

import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Places;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A node's CRIU, with a script of ours that it calls at the steps of its work. So a fault comes at
 * a moment that is told, however quick or slow the machine is. Until it is closed.
 */
final class HeldCriu implements AutoCloseable {
  /** As the provisioned one, but for the script. */
  private static final String PROGRAM =
      """
      #!/bin/sh -p
      here=$(dirname "$(readlink -f "$0")")
      lib=$here/root/usr/lib/x86_64-linux-gnu
      [ "$1" != restore ] || [ ! -e "$here/restore" ] || set -- "$@" --action-script "$here/restore"
      if [ "$1" = swrk ] && [ -e "$here/child" ]; then sleep 1000 & fi
      [ "$1" != swrk ] || [ ! -e "$here/swrk" ] || kill -STOP $$
      [ -z "${CRIU_LIBS_DIR-}" ] || [ ! -e "$here/plugins" ] || export CRIU_LIBS_DIR="$here/plugins"
      between=
      [ "$1" != swrk ] || [ ! -e "$here/between" ] || between=$here/between
      exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" --preload "$between" "$here/root/usr/sbin/criu" "$@"
      """;

  /** All is restored; the processes stand still yet. */
  private static final String FAILS = "#!/bin/sh\n[ \"$CRTOOLS_SCRIPT_ACTION\" != post-restore ]\n";

  /** From that step on nothing comes any more. */
  private static final String WAITS =
      "#!/bin/sh\n[ \"$CRTOOLS_SCRIPT_ACTION\" != %s ] || exec sleep 1000\n";

  private final Node node;
  private final Path place;
  private final Path provisioned;
  private final Path ours;
  private final Path script;

  private HeldCriu(Node node, String verb, byte[] contents) throws Exception {
    this.node = node;
    place = node.state().resolve("criu");
    provisioned = place.toRealPath();
    ours = provisioned.resolveSibling("criu-" + node.daemonPid());
    run("cp", "-al", provisioned.toString(), ours.toString());
    Files.delete(ours.resolve("criu"));
    program(ours.resolve("criu"), bytes(PROGRAM));
    script = ours.resolve(verb);
    program(script, contents);
    point(ours);
  }

  /** Before each restore a JVM starts, and ends, in a pid namespace of its own. */
  static HeldCriu startingAJvm(Node node, Jdk jdk) throws Exception {
    String script =
        "#!/bin/sh\n[ \"$CRTOOLS_SCRIPT_ACTION\" != pre-restore ] || exec unshare -pf --mount-proc "
            + jdk.tool("java")
            + " -version > /dev/null 2>&1\n";
    return new HeldCriu(node, "restore", bytes(script));
  }

  /** Each dump stops before its first step, until somebody ends it or lets it go on. */
  static HeldCriu stoppingDumps(Node node) throws Exception {
    return new HeldCriu(node, "swrk", new byte[0]);
  }

  /** Likewise, with a child that has all that is open in it, as when CRIU tries out the kernel. */
  static HeldCriu stoppingDumpsWithAChild(Node node) throws Exception {
    HeldCriu held = stoppingDumps(node);
    Files.createFile(held.ours.resolve("child"));
    return held;
  }

  /** Each dump stops when it has seen how long a connection's queues are, and has not read them. */
  static HeldCriu stoppingBetweenLooks(Node node) throws Exception {
    return new HeldCriu(node, "between", Files.readAllBytes(Places.victimLibrary("between")));
  }

  /** Each dump stops before it reads the first connection, when its task has been stopped. */
  static HeldCriu stoppingInDumps(Node node) throws Exception {
    return new HeldCriu(node, "between", Files.readAllBytes(Places.victimLibrary("reading")));
  }

  /** Each dump stops when it has read which signals wait for its task. */
  static HeldCriu stoppingBehindSignals(Node node) throws Exception {
    return new HeldCriu(node, "between", Files.readAllBytes(Places.victimLibrary("signals_read")));
  }

  /** Each dump stops when its task runs on, and CRIU has not said yet that it was done. */
  static HeldCriu stoppingBehindDumps(Node node) throws Exception {
    return new HeldCriu(node, "between", Files.readAllBytes(Places.victimLibrary("let_go")));
  }

  /** No dump takes a plugin in. */
  static HeldCriu refusingPlugins(Node node) throws Exception {
    HeldCriu held = new HeldCriu(node, "unused", new byte[0]);
    Files.createDirectory(held.ours.resolve("plugins"));
    Files.createFile(held.ours.resolve("plugins").resolve("none.so"));
    return held;
  }

  /** Each restore fails at its end. */
  static HeldCriu failingRestores(Node node) throws Exception {
    return new HeldCriu(node, "restore", bytes(FAILS));
  }

  /** Each restore stands still at its end. */
  static HeldCriu waitingRestores(Node node) throws Exception {
    return new HeldCriu(node, "restore", bytes(WAITS.formatted("post-restore")));
  }

  /** Each restore stands still before it has made a process. */
  static HeldCriu waitingBeforeRestores(Node node) throws Exception {
    return new HeldCriu(node, "restore", bytes(WAITS.formatted("pre-restore")));
  }

  private void point(Path to) throws IOException {
    Files.delete(place);
    Files.createSymbolicLink(place, to);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void program(Path file, byte[] contents) throws IOException {
    Files.write(file, contents);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Waits until it has stopped, and nsenter(1), which stops with it; parents first. */
  List<Integer> stopped() {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                processes().stream()
                    .filter(pid -> Proc.commandLine(pid).stream().anyMatch(HeldCriu::dumps))
                    .toList(),
            pids -> !pids.isEmpty() && pids.stream().allMatch(pid -> Proc.state(pid) == 'T'));
  }

  /**
   * Of the daemon, and of where guests live, which is none of its children when it is another's.
   */
  private List<Integer> processes() throws IOException {
    Set<Integer> all = new LinkedHashSet<>(Proc.tree(node.daemonPid()));
    for (int host : node.worldHosts()) all.addAll(Proc.tree(host));
    return List.copyOf(all);
  }

  /** It gives itself another name with its first order. */
  private static boolean dumps(String word) {
    return word.equals("swrk") || word.startsWith("criu: dump");
  }

  /** Waits until a restore stands still; what it waits for there. */
  int restored() {
    return await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                processes().stream()
                    .filter(pid -> Proc.commandLine(pid).equals(List.of("sleep", "1000")))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Waits until a restore stands still; the CRIU that is at it. */
  int restoring() {
    return Proc.parent(restored());
  }

  /** Ends it where it has stopped. */
  void kill() throws Exception {
    List<Integer> pids = stopped();
    run("kill", "-KILL", "" + pids.get(pids.size() - 1));
    goOn(pids.subList(0, pids.size() - 1));
  }

  /** Lets it go on from where it has stopped. */
  void goOn(List<Integer> pids) throws Exception {
    for (int pid : pids) run("kill", "-CONT", "" + pid);
  }

  /** From now on it works as any other; a task that is on the node keeps it until it leaves. */
  void noMore() throws IOException {
    Files.delete(script);
    Files.deleteIfExists(ours.resolve("child"));
  }

  private static void run(String... words) throws Exception {
    Process process = new ProcessBuilder(words).inheritIO().start();
    if (process.waitFor() != 0) throw new IOException(String.join(" ", words) + " failed");
  }

  @Override
  public void close() throws Exception {
    if (!Files.exists(ours)) return;
    point(provisioned);
    run("rm", "-rf", ours.toString());
  }
}
