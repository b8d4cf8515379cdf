package io.sojourn.node.cli;

import io.sojourn.protocol.node.OperationEvent;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows an operation on a terminal, on standard error, while it goes: the phase, and a bar where
 * bytes flow. Nothing of it stays; the table of phases comes with the result.
 */
final class Progress implements AutoCloseable {
  private static final int UPDATE_MILLIS = 100;

  private final @Nullable Screen screen;
  private String phase = "";
  private @Nullable ProgressBar bar;

  private Progress(@Nullable Screen screen) {
    this.screen = screen;
  }

  /** Silent in a pipe, and where the answer is for a program. */
  static Progress of(NodeCall command) {
    return new Progress(command.json() ? null : command.session().screen());
  }

  void show(OperationEvent event) {
    if (screen == null) return;
    switch (event.getEventCase()) {
      case STARTED -> {
        phase = event.getStarted().getName();
        write(screen, "  " + phase + " ...");
      }
      case FINISHED -> {
        endBar();
        write(screen, "\r\033[K");
        if (event.getFinished().getName().equals(phase)) phase = "";
      }
      case PROGRESS -> step(screen, event.getProgress().getDone(), event.getProgress().getTotal());
      default -> endBar();
    }
  }

  private static void write(Screen screen, String text) {
    screen.stream().print(text);
    screen.stream().flush();
  }

  private void step(Screen screen, long done, long total) {
    if (bar == null)
      bar =
          new ProgressBarBuilder()
              .setTaskName("  " + phase)
              .setInitialMax(Math.max(total, -1))
              .setUnit(" MiB", 1 << 20)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(UPDATE_MILLIS)
              .setConsumer(screen.line())
              .clearDisplayOnFinish()
              .build();
    bar.stepTo(done);
  }

  private void endBar() {
    if (bar != null) bar.close();
    bar = null;
  }

  @Override
  public void close() {
    endBar();
    if (screen != null && !phase.isEmpty()) write(screen, System.lineSeparator());
  }
}
