package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The JDK's tools are asked at home, by the number that the task has always had. */
@Timeout(180)
class AwayToolsIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void areAnsweredWhereverItIs(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, Ending.class).start();
    tools(jdk, task);
    // Each tool is a VM that starts.
    for (int round = 0; round < (Boolean.getBoolean("sojourn.soak") ? 5 : 1); round++) {
      nodes.out(task);
      tools(jdk, task);
      nodes.home().ckpt("checkpoint", task.name()).done();
      tools(jdk, task);
      nodes.back(task);
      tools(jdk, task);
    }
    removeImages(task);
  }

  /** A user's own, and root's; somebody else's are as little heard as at home. */
  @Test
  void onlyItsOwnUserAndRootAreHeard() throws Exception {
    Jdk jdk = Jdk.newest();
    Subject task = nodes.subject(jdk, Ending.class).by(user(65534)).start();
    nodes.out(task);
    String pid = "" + task.pid();
    assertThat(tool(jdk, "jcmd", pid, "VM.uptime")).contains(" s");
    assertThat(tool(user(65534), jdk, "jcmd", pid, "VM.uptime")).contains(" s");
    Said other = run(user(1234), jdk, "jcmd", pid, "VM.uptime");
    assertThat(other.status()).as(other.text()).isNotZero();
    // What they connect to is its user's, and closed to all others.
    Path socket = Path.of("/tmp/.java_pid" + pid);
    assertThat(Files.getOwner(socket).getName()).isEqualTo("nobody");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    assertThat(tool(user(65534), jdk, "jstack", pid)).contains("Control.serve");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void areAnsweredByTheNextDaemonToo(Jdk jdk) throws Exception {
    Subject task = nodes.subject(jdk, Ending.class).start();
    nodes.out(task);
    tools(jdk, task);
    nodes.anotherDaemon(Duration.ofSeconds(1));
    tools(jdk, task);
    tools(jdk, task);
    nodes.back(task);
    tools(jdk, task);
  }

  /** Nobody listens any more by the name that the lost life had. */
  @Test
  void areAnsweredByTheLifeAfterALostOne() throws Exception {
    Jdk jdk = Jdk.newest();
    Subject task = nodes.subject(jdk, Ending.class).start();
    nodes.out(task);
    nodes.home().ckpt("checkpoint", task.name()).done();
    tools(jdk, task);
    nodes.guest().killWorldHosts();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> nodes.home().ckpt("ps", task.name()).done().json().at("/tasks/0/state").asText(),
            "lost"::equals);
    nodes.home().ckpt("restore", task.name()).done();
    tools(jdk, task);
    nodes.out(task);
    tools(jdk, task);
    removeImages(task);
  }

  private static void tools(Jdk jdk, Subject task) throws Exception {
    String pid = "" + task.pid();
    // The first makes the VM listen, the others find it listening.
    assertThat(tool(jdk, "jcmd", pid, "Thread.print")).contains("io.sojourn.victim.Control.serve");
    assertThat(tool(jdk, "jstack", pid)).contains("io.sojourn.victim.Control.serve");
    assertThat(tool(jdk, "jcmd", pid, "VM.system_properties")).contains("java.vm.name");
    assertThat(tool(jdk, "jps")).contains(pid + " " + Ending.class.getSimpleName());
  }

  private static void removeImages(Subject task) {
    for (JsonNode image : nodes.home().ckpt("images", task.name()).done().json().path("images"))
      nodes.home().ckpt("rm", image.path("name").asText()).done();
  }

  private record Said(int status, String text) {}

  private static String[] user(int number) {
    return new String[] {"setpriv", "--reuid=" + number, "--regid=" + number, "--clear-groups"};
  }

  private static String tool(Jdk jdk, String name, String... arguments) throws Exception {
    return tool(new String[0], jdk, name, arguments);
  }

  private static String tool(String[] by, Jdk jdk, String name, String... arguments)
      throws Exception {
    Said said = run(by, jdk, name, arguments);
    assertThat(said.status()).as("%s %s: %s", name, List.of(arguments), said.text()).isZero();
    return said.text();
  }

  private static Said run(String[] by, Jdk jdk, String name, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(by));
    command.add(jdk.tool(name));
    command.addAll(List.of(arguments));
    Path said = Files.createTempFile("tool", ".txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      boolean ended = process.waitFor(40, TimeUnit.SECONDS);
      String text = Files.readString(said, StandardCharsets.UTF_8);
      assertThat(ended).as("%s ends; said: %s", command, text).isTrue();
      return new Said(process.exitValue(), text);
    } finally {
      process.destroyForcibly();
      Files.delete(said);
    }
  }
}
