package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Subject;
import io.sojourn.harness.TwoNodes;
import io.sojourn.victim.Console;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A terminal is the same to a task that is away, and to who sits at it. */
@Timeout(180)
class AwayTerminalIT {
  @RegisterExtension static final TwoNodes nodes = TwoNodes.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyNewest")
  void modesSizeAndKeysAreTheTasks(Jdk jdk) throws Exception {
    Path shell = shell("job-" + jdk.feature(), "set -m; \"$@\"; exec sleep 1000");
    Subject subject =
        nodes.subject(jdk, Console.class).asAJob().by("bash", shell.toString()).start();
    BufferedWriter keyboard = subject.firstLife().outputWriter(StandardCharsets.UTF_8);
    Path terminal = Files.readSymbolicLink(Path.of("/proc/" + subject.pid() + "/fd/0"));
    String cooked = subject.ask("stty -g");
    int round = 0;
    for (boolean away : new boolean[] {false, true, false}) {
      if (away) nodes.out(subject);
      else if (round > 0) nodes.back(subject);
      round++;
      // Lines, their echo, an end of input.
      assertThat(subject.ask("stty -g")).isEqualTo(cooked);
      keys(keyboard, "line " + round + "x\u007f\n");
      assertThat(subject.ask("read")).isEqualTo("line " + round + "\n");
      subject.reads("seen", "line " + round + "x\b \b\r\n");
      keys(keyboard, "\u0004");
      assertThat(subject.ask("read")).isEqualTo("EOF");
      subject.ask("say said " + round);
      subject.reads("seen", "said " + round + "\r\n");
      // A new size.
      int resized = Integer.parseInt(subject.ask("resized"));
      int rows = 30 + round;
      sh("stty rows " + rows + " cols 99 < " + terminal);
      await().until(() -> Integer.parseInt(subject.ask("resized")) > resized);
      assertThat(subject.ask("stty size")).isEqualTo(rows + " 99");
      // The key that interrupts.
      int interrupted = Integer.parseInt(subject.ask("interrupted"));
      keys(keyboard, "\u0003");
      await().until(() -> Integer.parseInt(subject.ask("interrupted")) == interrupted + 1);
      // Without lines, echo and signals, as a program with line editing has it.
      String raw = subject.ask("stty raw -echo; stty -g");
      assertThat(raw).isNotEqualTo(cooked);
      if (away) await().until(() -> !sh("stty -a < " + terminal).contains(" isig"));
      keys(keyboard, "k");
      assertThat(subject.ask("read")).isEqualTo("k");
      keys(keyboard, "\u0003");
      assertThat(subject.ask("read")).isEqualTo("\u0003");
      if (away) nodes.back(subject);
      else nodes.out(subject);
      assertThat(subject.ask("stty -g")).isEqualTo(raw);
      if (away) assertThat(sh("stty -g < " + terminal)).isEqualTo(raw);
      subject.ask("stty " + cooked);
      if (away) nodes.out(subject);
      else nodes.back(subject);
      assertThat(subject.ask("[ -t 0 ] && echo yes")).isEqualTo("yes");
    }
    assertThat(subject.read("seen")).doesNotContain("k\u0003");
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void aShellStopsItAndLetsItGoOn(Jdk jdk) throws Exception {
    // What is typed while the job is stopped is for this shell.
    Path shell =
        shell(
            "jobs-" + jdk.feature(),
            """
            set -m
            "$@"
            echo stopped $?
            read line
            echo shell read $line
            fg
            echo ended $?
            """);
    Subject subject =
        nodes.subject(jdk, Console.class).asAJob().by("bash", shell.toString()).start();
    BufferedWriter keyboard = subject.firstLife().outputWriter(StandardCharsets.UTF_8);
    nodes.out(subject);
    keys(keyboard, "before\n");
    assertThat(subject.ask("read")).isEqualTo("before\n");
    keys(keyboard, "\u001a");
    subject.reads("seen", "stopped 148");
    int real = nodes.realPid(subject);
    await().until(() -> Proc.state(real) == 'T');
    keys(keyboard, "for the shell\n");
    subject.reads("seen", "shell read for the shell");
    await().until(() -> Proc.state(real) != 'T');
    keys(keyboard, "after\n");
    assertThat(subject.ask("read")).isEqualTo("after\n");
    sh("kill -9 " + subject.pid());
    subject.reads("seen", "ended 137");
  }

  /** As programs do that ask for a password, whatever their input is. */
  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#mostlyOldest")
  void itIsFoundByItsName(Jdk jdk) throws Exception {
    Path shell = shell("named-" + jdk.feature(), "set -m; \"$@\"; exec sleep 1000");
    Subject subject =
        nodes.subject(jdk, Console.class).asAJob().by("bash", shell.toString()).start("deaf");
    BufferedWriter keyboard = subject.firstLife().outputWriter(StandardCharsets.UTF_8);
    for (int place = 0; place < 5; place++) {
      if (place % 2 == 1) nodes.out(subject);
      else if (place > 0) nodes.back(subject);
      // Those that were opened elsewhere still lead here.
      assertThat(subject.ask("open")).isEqualTo("" + (place + 1));
      subject.ask("tell at " + place);
      for (int one = 0; one <= place; one++)
        subject.reads("seen", "tell at " + place + " by " + one + "\r\n");
      keys(keyboard, "secret " + place + "\n");
      String child = "exec < /dev/null; read x < /dev/tty; echo its $x > /dev/tty; echo $x";
      assertThat(subject.ask(child)).isEqualTo("secret " + place);
      subject.reads("seen", "its secret " + place + "\r\n");
      // And its name is that of a terminal: ttyname(3).
      assertThat(subject.ask("[ \"$(tty)\" -ef /proc/self/fd/0 ] && tty > /dev/null && echo yes"))
          .isEqualTo("yes");
    }
  }

  @Test
  void anOrdinaryUserFindsItByItsName() throws Exception {
    Subject subject =
        nodes
            .subject(Jdk.newest(), Console.class)
            .asAJob()
            .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
            .start("deaf");
    // As who lets users in does.
    sh("chown 65534 " + Files.readSymbolicLink(Path.of("/proc/" + subject.pid() + "/fd/0")));
    for (int place = 0; place < 3; place++) {
      if (place == 1) nodes.out(subject);
      if (place == 2) nodes.back(subject);
      assertThat(subject.ask("id -u; echo at " + place + " > /dev/tty")).isEqualTo("65534");
      subject.reads("seen", "at " + place + "\r\n");
    }
  }

  /** The kernel would make it so when the leader of a session opens it, and hang up on it. */
  @Test
  void itDoesNotBecomeTheControllingOneOfWhoLeadsASession() throws Exception {
    Subject subject =
        nodes.subject(Jdk.newest(), Console.class).asAJob().by("setsid", "--ctty").start("deaf");
    String controlling = "cut -d ' ' -f 7 /proc/$PPID/stat";
    assertThat(subject.ask(controlling)).isNotEqualTo("0");
    for (int place = 1; place < 5; place++) {
      if (place % 2 == 1) nodes.out(subject);
      else nodes.back(subject);
      subject.ask("open");
      subject.ask("tell at " + place);
      subject.reads("seen", "tell at " + place + " by " + (place - 1) + "\r\n");
      assertThat(subject.ask(controlling)).isEqualTo("0");
    }
  }

  /** One that leads a session without a controlling terminal gets none elsewhere. */
  @Test
  void whereThereIsNoneAtHomeThereIsNoneElsewhere() throws Exception {
    Subject subject = nodes.subject(Jdk.newest(), Console.class).inTerminal().start("deaf");
    String none = "if true < /dev/tty; then echo there; else echo none; fi 2> /dev/null";
    assertThat(subject.ask(none)).isEqualTo("none");
    nodes.out(subject);
    assertThat(subject.ask(none)).isEqualTo("none");
    nodes.back(subject);
    assertThat(subject.ask(none)).isEqualTo("none");
  }

  private static Path shell(String name, String script) throws IOException {
    Path shell = nodes.home().home().resolve(name);
    Files.writeString(shell, script);
    return shell;
  }

  private static void keys(BufferedWriter keyboard, String keys) throws IOException {
    keyboard.write(keys);
    keyboard.flush();
  }

  private static String sh(String command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
    return said.strip();
  }
}
