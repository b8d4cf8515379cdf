package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A program in the foreground of an interactive shell, on a terminal of its own. */
@Timeout(60)
class TerminalTest {
  private static final String CTRL_C = "\003", CTRL_Z = "\032", CTRL_BACKSLASH = "\034";
  private static final int INT = 2, QUIT = 3, CONT = 18, TSTP = 20, WINCH = 28;

  @RegisterExtension final Stage stage = new Stage();
  private Path seen = Path.of("seen");
  private Writer keyboard = Writer.nullWriter();
  private int pid;

  @BeforeEach
  void startInTheForeground() throws IOException {
    seen = stage.place().resolve("seen");
    Process terminal = stage.start("script", "-qfc", "bash --norc --noprofile -i", seen.toString());
    keyboard = terminal.outputWriter();
    type("sleep 600\n");
    pid =
        await()
            .until(
                () ->
                    terminal
                        .descendants()
                        .mapToInt(process -> (int) process.pid())
                        .filter(process -> Proc.command(process).equals("sleep"))
                        .findFirst()
                        .orElse(0),
                found -> found > 0);
  }

  @Test
  void theShellNoticesNothingOfTheFreeze() throws Exception {
    Deputy deputy = freeze();
    Heard heard = Heard.of(deputy);
    heard.hearsNoMore();
    assertThat(Proc.state(pid)).isEqualTo('S');
    assertThat(Files.readString(seen)).doesNotContain("Stopped");
    deputy.exit(5);
    type("echo status $?\n");
    sees("status 5");
  }

  @Test
  void keysArrive() throws Exception {
    Heard heard = Heard.of(freeze());
    type(CTRL_C);
    heard.hears("signal " + INT);
    type(CTRL_BACKSLASH);
    heard.hears("signal " + QUIT);
    assertThat(heard.signals.remove().senderPid()).isZero();
  }

  @Test
  void aNewWindowSizeArrives() throws Exception {
    Deputy deputy = freeze();
    Heard heard = Heard.of(deputy);
    String device = Descriptor.of(pid).get(0).target();
    stage.start("stty", "-F", device, "rows", "41", "cols", "101").waitFor();
    heard.hears("signal " + WINCH);
  }

  @Test
  void theJobIsStoppedAndGoesOn() throws Exception {
    Deputy deputy = freeze();
    Heard heard = Heard.of(deputy);
    for (int round = 0; round < 2; round++) {
      type(CTRL_Z);
      heard.hears("signal " + TSTP);
      var continued = deputy.stop(TSTP);
      heard.hears("stopped");
      type("jobs; echo round " + round + "\n");
      sees("\nround " + round);
      assertThat(Files.readString(seen)).contains("Stopped                 sleep 600");
      assertThat(continued).isNotDone();
      type("fg\n");
      heard.hears("signal " + CONT);
      assertThat(continued.get()).isZero();
    }
    deputy.die(INT);
    type("echo status $?\n");
    sees("status 130");
  }

  /**
   * Where the kernel has no freezer for it, the shell takes the terminal back, and `fg` mends it.
   */
  @Test
  void withoutAControlGroupTheShellSeesAStop() throws Exception {
    Deputy deputy = stage.deputyOf(pid);
    Heard.of(deputy);
    sees("Stopped");
    type("fg\n");
    sees("sleep 600\r\n", 3);
    deputy.exit(6);
    type("echo status $?\n");
    sees("status 6");
  }

  private Deputy freeze() throws IOException {
    Optional<CgroupFreeze> freeze = CgroupFreeze.of(pid);
    assumeTrue(freeze.isPresent(), "this kernel has no control groups of the second version");
    try (CgroupFreeze group = freeze.get()) {
      group.freeze(List.of(pid));
      await().until(group::frozen);
      return stage.own(
          stage.birth().ofFrozen(pid, "task" + pid, 1, SignalsBefore.NONE, group.switchFile()));
    }
  }

  private void type(String keys) throws IOException {
    keyboard.write(keys);
    keyboard.flush();
  }

  private void sees(String text) {
    sees(text, 1);
  }

  private void sees(String text, int times) {
    await()
        .untilAsserted(
            () ->
                assertThat(Files.readString(seen).split(text, -1).length - 1)
                    .isGreaterThanOrEqualTo(times));
  }
}
