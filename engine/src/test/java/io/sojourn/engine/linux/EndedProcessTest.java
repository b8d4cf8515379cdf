package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EndedProcessTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void isThereUntilItsParentHasCollectedIt() throws Exception {
    try (Parent parent = new Parent()) {
      int zombie = parent.endedChild();
      assertThat(EndedProcess.awaitCollected(zombie, Duration.ofMillis(200))).isFalse();
      assertThat(Proc.state(zombie)).isEqualTo('Z');
    }
  }

  @Test
  void isGoneWhenItsParentIs() throws Exception {
    try (Parent parent = new Parent()) {
      int zombie = parent.endedChild();
      Thread killer = new Thread(parent::close);
      killer.start();
      assertThat(EndedProcess.awaitCollected(zombie, LONG)).isTrue();
      assertThat(Proc.exists(zombie)).isFalse();
      killer.join();
    }
  }

  @Test
  void oneThatNeverWasIsNotWaitedFor() {
    assertThat(EndedProcess.awaitCollected(1 << 22, LONG)).isTrue();
  }

  /** A process that has a child and does not ask for it. */
  private static final class Parent implements AutoCloseable {
    private final Process process;

    Parent() throws IOException {
      // The child outlives the shell, which would collect it.
      process = new ProcessBuilder("sh", "-c", "sleep 0.3 & echo $!; exec sleep 1000").start();
    }

    int endedChild() throws IOException {
      BufferedReader said = process.inputReader();
      int child = Integer.parseInt(said.readLine());
      await().until(() -> Proc.command((int) process.pid()).equals("sleep"));
      await().until(() -> Proc.state(child) == 'Z');
      return child;
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }
}
