package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A parent waits for its child, and is told the end that the daemon chooses. */
@Timeout(60)
class EndsTest {
  @RegisterExtension final Stage stage = new Stage();

  private Process shell() throws IOException {
    return stage.start("bash", "-c", "cd " + stage.place() + "; sleep 600; echo status $?; ls");
  }

  private Deputy child(Process shell) {
    return stage.deputyOf(Stage.child(shell, "sleep"));
  }

  @Test
  void withAStatus() throws Exception {
    Process shell = shell();
    Deputy deputy = child(shell);
    Heard heard = Heard.of(deputy);
    deputy.exit(7);
    heard.hears("gone");
    assertThat(deputy.lives()).isFalse();
    assertThat(Stage.said(shell)).isEqualTo("status 7\n");
  }

  @Test
  void byASignal() throws Exception {
    Process shell = shell();
    Deputy deputy = child(shell);
    deputy.die(15);
    assertThat(Stage.said(shell)).endsWith("status 143\n");
  }

  @Test
  void byASignalThatDumpsCoreWithoutACore() throws Exception {
    Process shell = shell();
    Deputy deputy = child(shell);
    deputy.die(6);
    assertThat(Stage.said(shell)).endsWith("status 134\n").doesNotContain("core");
  }

  @Test
  void byKill() throws Exception {
    Process shell = shell();
    Deputy deputy = child(shell);
    Heard heard = Heard.of(deputy);
    deputy.die(Signals.KILL);
    heard.hears("gone");
    assertThat(Stage.said(shell)).endsWith("status 137\n");
  }

  @Test
  void byWhatCannotBeCaught() throws Exception {
    Process shell = shell();
    Deputy deputy = child(shell);
    Heard heard = Heard.of(deputy);
    Signals.send(deputy.pid(), Signals.KILL);
    heard.hears("gone");
    assertThat(Stage.said(shell)).endsWith("status 137\n");
  }

  @Test
  void whileItIsStopped() throws Exception {
    Process shell = shell();
    Deputy deputy = child(shell);
    Heard heard = Heard.of(deputy);
    Stage.stop(deputy.pid());
    heard.hears("stopped");
    deputy.exit(3);
    assertThat(Stage.said(shell)).isEqualTo("status 3\n");
  }

  @Test
  void notByWhatDoesNotEndAProgram() throws Exception {
    Deputy deputy = child(shell());
    Heard.of(deputy);
    for (int signal : new int[] {0, 17, 18, 19, 20, 28, 65}) {
      assertThat(deputy.order(Record.DIE, signal).get()).isEqualTo(22);
      assertThatThrownBy(() -> deputy.die(signal)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(deputy.lives()).isTrue();
  }

  /** Of the task's child processes, those that are ended after the dump are nobody's to collect. */
  @Test
  void leavesNoZombiesAndSaysNothingOfThem() throws Exception {
    Process parent =
        stage.start("bash", "-c", "sleep 600 & sleep 600 & exec -a x tail -f /dev/null");
    await().until(() -> Proc.command(Stage.pid(parent)).equals("tail"));
    int child = Stage.child(parent, "sleep");
    Deputy deputy = stage.deputyOf(Stage.pid(parent));
    Heard heard = Heard.of(deputy);
    Signals.send(child, Signals.KILL);
    await().until(() -> !Proc.exists(child));
    heard.hearsNoMore();
    assertThat(deputy.lives()).isTrue();
  }
}
