package io.sojourn.home.deputy;

import io.sojourn.engine.linux.PidDescriptor;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Waits for the end of a deputy whose task is frozen. Signals are not acknowledged: they stay with
 * the deputy, as they would with any stopped process, until somebody listens for a task that runs.
 */
public final class DeputyWatch implements AutoCloseable {
  private final DeputyLine line;
  private final PidDescriptor process;
  private final Runnable gone;
  private volatile boolean closed;

  private DeputyWatch(DeputyLine line, PidDescriptor process, Runnable gone) {
    this.line = line;
    this.process = process;
    this.gone = gone;
  }

  static DeputyWatch begin(Path socket, DeputyName name, Runnable gone) throws IOException {
    PidDescriptor process = PidDescriptor.open(name.pid());
    try {
      // After it was opened: from here on the number cannot become another's.
      if (!name.lives()) throw new IOException("the deputy of task " + name.task() + " is gone");
      DeputyWatch watch = new DeputyWatch(DeputyLine.open(socket), process, gone);
      Thread thread = new Thread(watch::read, "watch-" + name.pid());
      thread.setDaemon(true);
      thread.start();
      return watch;
    } catch (IOException silent) {
      process.close();
      throw silent;
    }
  }

  private void read() {
    try (process) {
      try {
        for (; ; ) line.next();
      } catch (IOException hungUp) {
        // By its end, by us, or because somebody else has connected to it.
      }
      if (!closed && process.ends(DeputyTimes.END) && !closed) gone.run();
    }
  }

  /** Looks no more. */
  @Override
  public void close() {
    closed = true;
    line.close();
  }
}
