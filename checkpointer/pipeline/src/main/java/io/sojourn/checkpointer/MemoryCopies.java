package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.criu.Snapshot;
import io.sojourn.engine.linux.Memory;
import io.sojourn.engine.linux.Proc;
import java.nio.file.Path;

/** Of which tasks the memory is stored when they run on. */
final class MemoryCopies {
  /** Below, CRIU takes it in as little time as a copy takes. */
  private static final long LEAST = 128L << 20;

  /** What CRIU sends all the same, about: small mappings, and files' private ones. */
  static final long BESIDE = 32L << 20;

  private static final Path PLUGIN = Path.of("criu", "ckpt-criu.so");

  private MemoryCopies() {}

  /**
   * What stops anyway stands still for its dump; and a member of a group has no second try. Where
   * the program changes all of its memory meanwhile, it needs as much once more.
   */
  static boolean worthIt(ControlBlock task, CheckpointOptions options, Seat seat, Company company) {
    if (options.stop() || options.crac() || seat.apart() || !company.alone()) return false;
    if (Proc.innermostPid(task.pid()) != task.pid() || Proc.locksMemory(task.pid())) return false;
    long bytes = Proc.dirtyBytes(task.pid());
    return bytes >= LEAST && Memory.availableBytes(task.pid()) > bytes + bytes / 4;
  }

  /**
   * @param shim lies beside what goes into CRIU
   * @param files where CRIU writes
   */
  static Snapshot of(ControlBlock task, Path shim, Path files) {
    Path plugin = shim.resolveSibling(PLUGIN).toAbsolutePath();
    return new Snapshot(task, plugin, files.resolve("left-to-copy"));
  }
}
