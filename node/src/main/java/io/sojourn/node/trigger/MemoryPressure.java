package io.sojourn.node.trigger;

import io.sojourn.engine.linux.PressureTrigger;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of it when memory gets short, before the kernel ends somebody for it. Not again within a
 * minute: a checkpoint takes memory itself.
 */
final class MemoryPressure implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemoryPressure.class);
  private static final long QUIET_NANOS = 60_000_000_000L;

  private final PressureTrigger trigger;
  private final int percent;
  private final Runnable told;

  private MemoryPressure(PressureTrigger trigger, int percent, Runnable told) {
    this.trigger = trigger;
    this.percent = percent;
    this.told = told;
  }

  /**
   * @throws IOException this kernel does not tell
   */
  static MemoryPressure begin(Path file, int percent, Runnable told) throws IOException {
    MemoryPressure begun = new MemoryPressure(PressureTrigger.open(file, percent), percent, told);
    Thread thread = new Thread(begun::run, "memory-pressure");
    thread.setDaemon(true);
    thread.start();
    return begun;
  }

  private void run() {
    long last = System.nanoTime() - QUIET_NANOS;
    while (trigger.await()) {
      if (System.nanoTime() - last < QUIET_NANOS) continue;
      log.warn("memory is short: somebody waited for it for {} % of the time", percent);
      try {
        told.run();
      } catch (RuntimeException defect) {
        log.error("memory pressure was not followed", defect);
      }
      last = System.nanoTime();
    }
  }

  @Override
  public void close() {
    trigger.close();
  }
}
