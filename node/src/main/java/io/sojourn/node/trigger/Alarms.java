package io.sojourn.node.trigger;

import io.sojourn.engine.linux.PressureTrigger;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The triggers of a node that come from outside. */
public final class Alarms implements AutoCloseable {
  private final List<AutoCloseable> all;

  private Alarms(List<AutoCloseable> all) {
    this.all = all;
  }

  /**
   * @param taken the machine is about to be taken away; called on another thread, and may take long
   * @param pressed memory is short; likewise
   */
  public static Alarms begin(Triggers triggers, Runnable taken, Runnable pressed) {
    List<AutoCloseable> all = new ArrayList<>();
    if (!triggers.interruption().isEmpty()) all.add(new InterruptionNotice(triggers, taken));
    if (triggers.memoryPressure() > 0)
      try {
        all.add(MemoryPressure.begin(PressureTrigger.MEMORY, triggers.memoryPressure(), pressed));
      } catch (IOException untold) {
        throw OperationException.refused(
            "memory pressure cannot be watched: " + untold.getMessage(),
            "leave --memory-pressure out, or use a kernel with CONFIG_PSI (and psi=1)");
      }
    return new Alarms(all);
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : all) each.close();
  }
}
