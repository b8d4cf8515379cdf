package io.sojourn.node.daemon;

import io.sojourn.engine.control.ControlBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A task's running process.
 *
 * @param uid its real one, from the kernel: what the control block says was written by the task
 */
record Life(ControlBlock block, int pid, int parent, int uid) {
  /** Empty where the process has ended meanwhile. */
  static Optional<Life> of(ControlBlock block) {
    int parent = 0;
    int uid = -1;
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + block.pid() + "/status"))) {
        if (line.startsWith("PPid:")) parent = Integer.parseInt(line.substring(5).trim());
        if (line.startsWith("Uid:"))
          uid = Integer.parseInt(line.substring(4).trim().split("\\s")[0]);
      }
    } catch (IOException ended) {
      return Optional.empty();
    }
    return uid < 0 ? Optional.empty() : Optional.of(new Life(block, block.pid(), parent, uid));
  }
}
