package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Looks for copies of tasks' memory among this machine's processes. */
final class CopyWatch {
  private static final String NAME = "ckpt-snapshot";
  private static final int PATIENCE_SECONDS = 60;

  private CopyWatch() {}

  /** Waits until there is one. */
  static int await() throws IOException {
    long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
    for (; ; ) {
      OptionalInt copy = now();
      if (copy.isPresent()) return copy.getAsInt();
      assertThat(System.nanoTime()).as("no copy is made").isLessThan(deadline);
    }
  }

  /** One that holds memory. */
  static OptionalInt now() throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path one : all) {
        int pid = Integer.parseInt(one.getFileName().toString());
        if (stands(pid)) return OptionalInt.of(pid);
      }
    }
    return OptionalInt.empty();
  }

  /** Whether it is one, and has not ended. */
  static boolean stands(int pid) {
    return Proc.command(pid).equals(NAME) && Proc.state(pid) != 'Z';
  }
}
