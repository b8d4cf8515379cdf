package io.sojourn.node.cli;

import java.io.PrintStream;
import java.util.function.IntSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * A terminal that somebody watches while an operation goes.
 *
 * @param stream what is written to it; a reader who stops reading must not stop the writer
 * @param columns how many characters fit into a line now
 */
public record Screen(PrintStream stream, IntSupplier columns) {
  static Screen own() {
    return new Screen(
        System.err, () -> new ConsoleProgressBarConsumer(System.err).getMaxRenderedLength());
  }

  /** One line that is drawn over again. */
  ProgressBarConsumer line() {
    return new ProgressBarConsumer() {
      @Override
      public int getMaxRenderedLength() {
        return columns.getAsInt();
      }

      @Override
      public void accept(String bar) {
        stream.print("\r" + bar);
        stream.flush();
      }

      @Override
      public void clear() {
        stream.print("\r\033[K");
        stream.flush();
      }

      @Override
      public void close() {}
    };
  }
}
