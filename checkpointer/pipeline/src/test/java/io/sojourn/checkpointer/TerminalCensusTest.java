package io.sojourn.checkpointer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Stream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalCensusTest {
  @TempDir Path directory;
  private @Nullable Process script;

  @AfterEach
  void end() {
    if (script == null) return;
    script.descendants().forEach(ProcessHandle::destroyForcibly);
    script.destroyForcibly();
  }

  @Test
  void itsOtherNameIsOfTheSameTerminal() throws Exception {
    Stream terminal = only("exec 3<> /dev/tty");
    assertThat(terminal.getKey()).startsWith("tty[88");
    assertThat(terminal.getPath()).startsWith("/dev/pts/");
    assertThat(terminal.getDescriptorsList()).contains(0, 1, 2, 3);
    assertThat(terminal.getMoreKeysList()).singleElement().asString().startsWith("tty[500:");
    assertThat(terminal.getControlling()).isTrue();
  }

  @Test
  void itMayBeOpenedByItsOtherNameLater() throws Exception {
    Stream terminal = only(":");
    assertThat(terminal.getMoreKeysList()).singleElement().asString().startsWith("tty[500:");
    assertThat(terminal.getControlling()).isTrue();
  }

  /** As a restore needs it: by a number that is the terminal's. */
  @Test
  void whoeverOpensItAgainFindsTheTerminalItself() throws Exception {
    Stream terminal = only("exec 0<> /dev/tty");
    assertThat(terminal.getKey()).startsWith("tty[88");
    assertThat(terminal.getDescriptors(0)).isEqualTo(1);
  }

  @Test
  void aTerminalOfAnotherSessionIsNotTheTasks() throws Exception {
    Stream terminal = only("exec setsid --wait sh \"$0\"");
    assertThat(terminal.getKey()).startsWith("tty[88");
    assertThat(terminal.getMoreKeysList()).isEmpty();
    assertThat(terminal.getControlling()).isFalse();
  }

  @Test
  void whereOnlyTheOtherNameIsOpenTheTerminalIsNotFoundAgain() throws Exception {
    TaskFacts facts = facts("exec 0<> /dev/tty 1> /dev/null 2>&1");
    assertThatThrownBy(() -> Preflight.open(facts, 0))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("is /dev/tty, and nothing of the task is at its terminal itself");
  }

  private Stream only(String before) throws Exception {
    List<Stream> terminals = TerminalCensus.of(facts(before));
    assertThat(terminals).hasSize(1);
    return terminals.get(0);
  }

  /** Of a process in a terminal of its own, which has done that before. */
  private TaskFacts facts(String before) throws Exception {
    Path sleeper = directory.resolve("sleeper");
    Files.writeString(sleeper, "exec sleep 1000\n");
    Path first = directory.resolve("first");
    Files.writeString(first, before.replace("$0", sleeper.toString()) + "\nexec sleep 1000\n");
    Process made =
        new ProcessBuilder("script", "-qfc", "exec sh " + first, "/dev/null")
            .redirectErrorStream(true)
            .start();
    script = made;
    await().until(() -> made.descendants().anyMatch(one -> sleeps((int) one.pid())));
    ProcessHandle sleeping =
        made.descendants().filter(one -> sleeps((int) one.pid())).findFirst().orElseThrow();
    return TaskFacts.of((int) sleeping.pid());
  }

  private static boolean sleeps(int pid) {
    return Proc.command(pid).equals("sleep");
  }
}
