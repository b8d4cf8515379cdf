package io.sojourn.restore;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The process that keeps the pipes and terminals of a frozen task open, under the task's own
 * descriptor numbers. The freeze has noted its pid and start time under the image's name.
 */
record StreamHolder(int pid, Path note) {
  /** The holder of an image's task, while it lives. */
  static Optional<StreamHolder> of(RestoreOrder order) {
    Path note = order.settings().runDirectory().resolve("holders").resolve(order.image().name());
    try {
      String[] words = Files.readString(note).strip().split(" ");
      int pid = Integer.parseInt(words[0]);
      return Proc.startTicks(pid) == Long.parseLong(words[1])
          ? Optional.of(new StreamHolder(pid, note))
          : Optional.empty();
    } catch (IOException | RuntimeException none) {
      return Optional.empty();
    }
  }

  /** The task has them again. */
  void end() {
    Signals.send(pid, Signals.KILL);
    try {
      Files.deleteIfExists(note);
    } catch (IOException stays) {
      // It names a process that is gone, and is not believed.
    }
  }
}
