package io.sojourn.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sojourn.node.cli.Shell;
import io.sojourn.node.daemon.FakeNode;
import io.sojourn.node.daemon.Uid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real client and a real daemon that only pretends to freeze. */
@Timeout(60)
class ClientTest {
  private static final String ID = "aaaa1111bbbb";

  @TempDir Path directory;
  private FakeNode node;
  private Client client;

  @BeforeEach
  void start() throws IOException {
    Client.stamp(directory, Client.BUILD);
    node = new FakeNode(directory);
    client = new Client(directory, node.config.runDirectory());
  }

  @AfterEach
  void end() {
    node.close();
  }

  /** What differs from one call to the next. */
  private static Shell.Result timeless(Shell.Result result) {
    return new Shell.Result(result.status(), timeless(result.out()), timeless(result.err()));
  }

  private static String timeless(String text) {
    return text.replaceAll("(\\d+ s ago|[\\d.]+ m?s\\b|\"(m|pauseM|totalM)illis\" : [\\d.]+)", "#")
        .replaceAll(" +", " ");
  }

  private Shell.Result frozenState(String state) throws Exception {
    Shell.Result listed = client.run("ps", "--json");
    assertThat(listed.json().path("tasks").path(0).path("state").asText()).isEqualTo(state);
    return listed;
  }

  @Test
  void answersAsTheJvmDoes() throws Exception {
    Shell jvm = new Shell(node.config.runDirectory());
    node.task(ID, "web", 1);
    client.run("checkpoint", "web");
    String absolute = node.config.images().resolve("web-aaaa-1").toString();
    for (String[] words :
        List.of(
            new String[] {"ps"},
            new String[] {"ps", "--json"},
            new String[] {"ps", "web"},
            new String[] {"ps", "nobody"},
            new String[] {"ps", "nobody", "--json"},
            new String[] {"ps", "a", "b"},
            new String[] {"ps", "--nonsense"},
            new String[] {"images"},
            new String[] {"images", "--json"},
            new String[] {"inspect", "web"},
            new String[] {"inspect", absolute, "--json"},
            new String[] {"verify", "web-aaaa-1"},
            new String[] {"verify", "web-aaaa-1", "--json"},
            new String[] {"verify", "nothing"},
            new String[] {"rm", "nothing", "--json"},
            new String[] {"restore", "web"},
            new String[] {"restore", "web", "--on", "n2", "--json"},
            new String[] {"freeze"},
            new String[] {"freeze", "web", "--pause-limit=15"},
            new String[] {"freeze", "web", "--gc=much", "--json"},
            new String[] {"freeze", "web", "-o", directory.toString()})) {
      Shell.Result quick = client.run(words);
      assertThat(timeless(quick))
          .as(String.join(" ", words))
          .isEqualTo(timeless(jvm.run(words)))
          .satisfies(any -> assertThat(any.status()).isNotEqualTo(Client.IN_A_JVM));
    }
  }

  @Test
  void worksToTheEndOfATasksStory() throws Exception {
    node.task(ID, "web", 1);
    Shell.Result frozen = client.run("freeze", "web", "-o", "here");
    assertThat(frozen.status()).as(frozen.err()).isZero();
    assertThat(frozen.out()).startsWith("froze web into ").contains("\n  dump ", "\n  total ");
    assertThat(frozen.err()).isEmpty();
    // Meant from the client's working directory, not from the daemon's.
    assertThat(directory.resolve("here/manifest.json")).exists();
    frozenState("frozen");
    assertThat(client.run("inspect", "./here").out()).contains("com.example.Main");
    assertThat(client.run("restore", "web", "--json").json().path("incarnation").asInt())
        .isEqualTo(2);
    frozenState("running");
    assertThat(client.run("restore", "web").status()).isEqualTo(4);
  }

  @Test
  void leavesToTheJvmWhatIsNotTheDaemons() throws Exception {
    Path words = Files.writeString(directory.resolve("words"), "ps");
    for (String[] line :
        List.of(
            new String[] {},
            new String[] {"doctor"},
            new String[] {"node", "start"},
            new String[] {"attach", "1"},
            new String[] {"train"},
            new String[] {"--help"},
            new String[] {"ps", "--help"},
            new String[] {"ps", "-h"},
            new String[] {"@" + words},
            new String[] {"ps", "@" + words},
            new String[] {"ps", "wéb"},
            new String[] {"ps", "--run-dir", "a", "--run-dir=b"},
            new String[] {"ps", "--run-dir"},
            new String[] {"ps", "--run-dir=" + node.config.runDirectory() + "/../run"},
            new String[] {"ps", "x".repeat(40_000)})) {
      Shell.Result result = client.run(line);
      assertThat(result.status()).as(String.join(" ", line)).isEqualTo(Client.IN_A_JVM);
      assertThat(result.out()).isEqualTo("JVM: " + String.join(" ", line) + "\n");
      assertThat(result.err()).isEmpty();
    }
  }

  @Test
  void leavesToTheJvmWhatNoDaemonOfThisBuildAnswers() throws Exception {
    assertThat(client.run("ps").status()).isZero();
    assertThat(client.run("ps", "--run-dir=/nowhere").status()).isEqualTo(Client.IN_A_JVM);
    client.environment.put("LC_ALL", "de_DE.ISO-8859-1");
    assertThat(client.run("ps").status()).isEqualTo(Client.IN_A_JVM);
    client.environment.put("LC_ALL", "C");
    assertThat(client.run("ps").status()).isZero();
    // Built anew since the daemon was started.
    Client.stamp(directory, "test 2");
    assertThat(client.run("ps").status()).isEqualTo(Client.IN_A_JVM);
    node.restart();
    assertThat(client.run("ps").status()).isZero();
    node.close();
    assertThat(node.config.commandSocket()).doesNotExist();
    assertThat(client.run("ps").status()).isEqualTo(Client.IN_A_JVM);
    node.restart();
  }

  @Test
  void showsProgressOnATerminalOnly() throws Exception {
    node.task(ID, "web", 1);
    String onTerminal =
        client.run(List.of("script", "-qec", client.line("checkpoint", "web"), "/dev/null")).out();
    assertThat(onTerminal).contains("  dump ...\r\033[K", "checkpointed web into").contains("\r\n");
    String json =
        client
            .run(List.of("script", "-qec", client.line("checkpoint", "web", "--json"), "/dev/null"))
            .out();
    assertThat(json).startsWith("{").doesNotContain("dump ...");
    // As wide as the terminal, and gone at the end.
    String narrow =
        client
            .run(
                List.of(
                    "script", "-qec", "stty cols 50; " + client.line("verify", "web"), "/dev/null"))
            .out();
    assertThat(narrow).contains("\r  verify ").contains("\r\033[K");
    assertThat(narrow.split("[\r\n]")).allMatch(line -> line.length() <= 50);
    // Where there is no room for a bar, the daemon does not stumble.
    for (int columns : new int[] {0, 1, 5}) {
      Shell.Result tiny =
          client.run(
              List.of(
                  "script",
                  "-qec",
                  "stty cols " + columns + "; " + client.line("verify", "web"),
                  "/dev/null"));
      assertThat(tiny.status()).as("%d columns: %s", columns, tiny.out()).isZero();
    }
    Shell.Result inPipe = client.run("checkpoint", "web");
    assertThat(inPipe.err()).isEmpty();
    assertThat(inPipe.out()).doesNotContain("\r", "...");
    assertThat(client.run("verify", "web").err()).isEmpty();
  }

  @Test
  void anotherUserHasOnlyHisOwn() throws Exception {
    assumeTrue(Uid.MINE == 0, "only root can be another");
    node.task(ID, "web", 1);
    FakeNode.image(
        node.config.images().resolve("his-1"), "cccc1111bbbb", "his", true, 1, Uid.STRANGER);
    assertThat(asStranger("ps").out()).contains("his").doesNotContain("web");
    assertThat(asStranger("images").out()).contains("his-1").doesNotContain("web");
    for (String verb : List.of("ps", "freeze", "checkpoint", "restore", "verify", "inspect", "rm"))
      assertThat(asStranger(verb, "web").status()).as(verb).isEqualTo(3);
    assertThat(asStranger("verify", "his-1").status()).isZero();
    Shell.Result elsewhere = asStranger("restore", "his", "--clone");
    assertThat(elsewhere.status()).as(elsewhere.err()).isZero();
    assertThat(asStranger("inspect", "/etc/shadow").status()).isEqualTo(4);
    assertThat(asStranger("rm", "--force", "his-1").status()).isZero();
    frozenState("running");
  }

  private Shell.Result asStranger(String... words) throws Exception {
    List<String> command = client.command(words);
    command.addAll(
        0, List.of("setpriv", "--reuid=" + Uid.STRANGER, "--regid=65534", "--clear-groups", "--"));
    return client.run(command);
  }

  @Test
  void aClientThatIsKilledDoesNotEndItsOperation() throws Exception {
    node.task(ID, "web", 1);
    CountDownLatch hold = new CountDownLatch(1);
    node.hold = hold;
    // Where the tests run in a shell's background, SIGINT would be ignored.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.addAll(client.command("freeze", "web"));
    Process freeze = client.start(command);
    Awaitility.await().untilAsserted(() -> frozenState("busy"));
    // As Ctrl-C does.
    new ProcessBuilder("kill", "-INT", String.valueOf(freeze.pid())).start().waitFor();
    assertThat(freeze.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(freeze.exitValue()).isEqualTo(128 + 2);
    frozenState("busy");
    hold.countDown();
    Awaitility.await().untilAsserted(() -> frozenState("frozen"));
  }

  @Test
  void aReaderThatHasGoneChangesNothing() throws Exception {
    node.task(ID, "web", 1);
    String quick = client.line("ps");
    List<String> toNobody = List.of("bash", "-c", quick + " | true; echo ${PIPESTATUS[0]}");
    List<String> toFull = List.of("bash", "-c", quick + " > /dev/full; echo $?");
    List<String> toNothing = List.of("bash", "-c", quick + " >&-; echo $?");
    for (List<String> command : List.of(toNobody, toFull, toNothing)) {
      Shell.Result result = client.run(command);
      assertThat(result.out()).isEqualTo("0\n");
      assertThat(result.err()).isEmpty();
    }
  }
}
