package io.sojourn.benchmarks;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One of the two that are compared: it makes images of programs and runs programs from them. */
interface Contender {
  /** What follows {@code -javaagent:} when the program is started; null for no agent. */
  @Nullable String agent();

  /** Makes an image in a new directory while the program runs on. */
  Shell.Finished checkpoint(RunningSubject program, Path image)
      throws Failure, InterruptedException;

  /** Makes an image in a new directory, and the program is gone. */
  Shell.Finished freeze(RunningSubject program, Path image) throws Failure, InterruptedException;

  Shell.Finished restore(Path image) throws Failure, InterruptedException;
}
