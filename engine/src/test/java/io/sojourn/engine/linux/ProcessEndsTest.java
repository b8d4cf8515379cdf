package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ends of processes that are not our children, and of some that are. */
class ProcessEndsTest {
  private static final int PATIENCE_SECONDS = 30;

  private final ProcessEnds ends = new ProcessEnds("test-ends");

  @AfterEach
  void close() {
    ends.close();
  }

  private CompletableFuture<Optional<WaitStatus>> watch(int pid) throws IOException {
    CompletableFuture<Optional<WaitStatus>> told = new CompletableFuture<>();
    ends.watch(pid, Proc.startTicks(pid), told::complete);
    return told;
  }

  /** A shell that waits for its stdin's end, and then does something. */
  private static Process shell(String then) throws IOException {
    return new ProcessBuilder("sh", "-c", "read line; " + then).start();
  }

  private static int pid(Process process) {
    return (int) process.pid();
  }

  @Test
  void howTheyEndIsTold() throws Exception {
    Process three = shell("exit 3"), fine = shell("exit 0"), killed = shell("kill -9 $$");
    var toldOfThree = watch(pid(three));
    var toldOfFine = watch(pid(fine));
    var toldOfKilled = watch(pid(killed));
    killed.outputWriter().close();
    assertThat(toldOfKilled.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .contains(WaitStatus.killed(Signals.KILL));
    three.outputWriter().close();
    assertThat(toldOfThree.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).contains(WaitStatus.exited(3));
    assertThat(toldOfFine).isNotDone();
    fine.outputWriter().close();
    assertThat(toldOfFine.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).contains(WaitStatus.exited(0));
  }

  /** As with a first life, whose parent is a shell, and with a parent that never waits. */
  @Test
  void alsoOfOthersChildren() throws Exception {
    for (String parent : new String[] {"wait", "read forever"}) {
      Process shell =
          new ProcessBuilder("bash", "-c", "sleep 1000 & echo $!; " + parent + "; true").start();
      int child = Integer.parseInt(shell.inputReader().readLine());
      var told = watch(child);
      Signals.send(child, Signals.TERM);
      assertThat(told.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
          .contains(WaitStatus.killed(Signals.TERM));
      shell.outputWriter().close();
      assertThat(shell.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whoLooksNoMoreIsNotTold() throws Exception {
    Process process = shell("true"), last = shell("true");
    CompletableFuture<Optional<WaitStatus>> told = new CompletableFuture<>();
    ends.watch(pid(process), Proc.startTicks(pid(process)), told::complete).close();
    var toldOfLast = watch(pid(last));
    process.outputWriter().close();
    process.waitFor();
    last.outputWriter().close();
    toldOfLast.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(told).isNotDone();
  }

  @Test
  void anotherProcessOfThatNumberIsNotMeant() throws Exception {
    int self = (int) ProcessHandle.current().pid();
    assertThatThrownBy(() -> ends.watch(self, 1, how -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another");
  }

  @Test
  void wordsAreReadAndWritten() {
    for (WaitStatus status :
        new WaitStatus[] {WaitStatus.exited(0), WaitStatus.exited(143), WaitStatus.killed(11)})
      assertThat(WaitStatus.parse(status.toString())).contains(status);
    assertThat(WaitStatus.killed(11).toString()).isEqualTo("killed 11");
    assertThat(new WaitStatus(0x8b).signal()).as("with a core").isEqualTo(11);
    assertThat(WaitStatus.parse("gone")).isEmpty();
  }
}
