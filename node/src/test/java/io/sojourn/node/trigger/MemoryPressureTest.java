package io.sojourn.node.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sojourn.engine.linux.PressureTrigger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernel tells of pressure. Of the processor's, which is made more easily than memory's. */
class MemoryPressureTest {
  private static final Path PROCESSOR = Path.of("/proc/pressure/cpu");

  @TempDir Path directory;

  @Test
  void itIsTold() throws Exception {
    assumeTrue(Files.exists(PROCESSOR), "this kernel has no PSI");
    CountDownLatch told = new CountDownLatch(1);
    List<Process> busy = new ArrayList<>();
    try (MemoryPressure pressure = MemoryPressure.begin(PROCESSOR, 5, told::countDown)) {
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++)
        busy.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
      assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      busy.forEach(Process::destroyForcibly);
    }
  }

  @Test
  void memorysIsWatchedAndCanBeLeft() throws Exception {
    assumeTrue(Files.exists(PressureTrigger.MEMORY), "this kernel has no PSI");
    PressureTrigger trigger = PressureTrigger.open(PressureTrigger.MEMORY, 90);
    Thread waits = new Thread(trigger::await);
    waits.start();
    trigger.close();
    waits.join(30_000);
    assertThat(waits.isAlive()).isFalse();
  }

  @Test
  void aKernelThatDoesNotTellIsNamed() {
    assertThatThrownBy(() -> PressureTrigger.open(directory.resolve("none"), 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be watched");
  }
}
