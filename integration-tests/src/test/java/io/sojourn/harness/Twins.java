package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Two nodes, "a" and "b": the second has another run and another state directory under the same
 * paths, and processes of its own, as two machines of one installation have.
 */
public final class Twins implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String ELSEWHERE =
      "mount -t tmpfs none \"$1/run\" && mount --bind \"$1/state-b\" \"$1/state\""
          + " && echo ready && exec sleep 100000";

  private final Node first;
  private final Node second;
  private final Process machine;

  /**
   * @param prefix words before both daemons and each command
   * @param options of the daemon of that name
   */
  public Twins(List<String> prefix, Function<String, List<String>> options) throws Exception {
    first = new Node(prefix, options.apply("a").toArray(String[]::new));
    first.begin();
    Files.createDirectory(first.home().resolve("state-b"));
    Files.createSymbolicLink(
        first.home().resolve("state-b/criu"),
        Files.readSymbolicLink(first.state().resolve("criu")));
    machine =
        new ProcessBuilder(
                List.of(
                    "unshare",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--mount-proc",
                    "--kill-child",
                    "sh",
                    "-c",
                    ELSEWHERE,
                    "sh",
                    first.home().toString()))
            .redirectError(Redirect.INHERIT)
            .start();
    assertThat(machine.inputReader().readLine()).isEqualTo("ready");
    String spaces = "/proc/" + machine.children().findFirst().orElseThrow().pid() + "/ns/";
    List<String> there = new ArrayList<>(prefix);
    there.addAll(List.of("nsenter", "--mount=" + spaces + "mnt", "--pid=" + spaces + "pid"));
    second = new Node(there, options.apply("b").toArray(String[]::new));
    second.beginIn(first.home());
  }

  public Node a() {
    return first;
  }

  public Node b() {
    return second;
  }

  /** With its machine's first process everything on the second node ends. */
  @Override
  public void close() throws Exception {
    machine.destroyForcibly().waitFor();
    String inner = first.daemonChildren().stream().findFirst().orElse("");
    first.killDaemon();
    await().atMost(PATIENCE).until(() -> !Files.exists(Path.of("/proc", inner, "ns")));
    first.startDaemon();
    first.end();
  }
}
