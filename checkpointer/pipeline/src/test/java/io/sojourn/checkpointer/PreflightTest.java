package io.sojourn.checkpointer;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreflightTest {
  private int ended;

  @BeforeEach
  void end() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    ended = (int) process.pid();
  }

  @Test
  void saysThatATaskHasEnded() {
    assertThatThrownBy(() -> Preflight.processes(TaskFacts.of(ended)))
        .isInstanceOf(OperationException.class)
        .hasMessage("process " + ended + " of the task has ended meanwhile");
  }

  @Test
  void doesNotMissAChildThatHasEnded() {
    int root = (int) ProcessHandle.current().pid();
    TaskFacts facts = new TaskFacts(root, List.of(ended), List.of(), Map.of(), Map.of(), Map.of());
    assertThatCode(() -> Preflight.processes(facts)).doesNotThrowAnyException();
  }
}
