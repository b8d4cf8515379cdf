package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.criu.CriuCommand;
import io.sojourn.engine.criu.CriuLog;
import io.sojourn.engine.criu.CriuPlugin;
import io.sojourn.engine.criu.Snapshot;
import io.sojourn.engine.linux.Memory;
import io.sojourn.engine.linux.MemoryCopy;
import io.sojourn.engine.linux.Orphans;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.SharedPages;
import io.sojourn.engine.operation.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Of which tasks the memory is stored when they run on, out of a copy. Where it has turned out that
 * this cannot be on this machine, of none any more.
 */
final class MemoryCopies {
  /** Below, CRIU takes it in as little time as a copy takes. */
  private static final long LEAST = 128L << 20;

  /** What CRIU sends all the same, about: small mappings, and files' private ones. */
  static final long BESIDE = 32L << 20;

  private static final Path FILE = Path.of("criu", "ckpt-criu.so");

  /** Of CRIU's plugin.c. */
  private static final List<String> NOT_LOADED =
      List.of("Unable to load", "Corrupted plugin", "Can't load plugin", "Failed in init");

  private final CheckpointPipeline.Settings settings;

  /** Copies that have ended. */
  private final Orphans copies = new Orphans();

  private boolean never;
  private @Nullable CriuPlugin plugin;

  MemoryCopies(CheckpointPipeline.Settings settings) {
    this.settings = settings;
    never = !settings.memoryCopies();
  }

  /**
   * What stops anyway stands still for its dump; and a member of a group has no second try. Where
   * the program changes all of its memory meanwhile, it needs as much once more.
   *
   * @param report hears, once, why there is none on this machine
   */
  boolean worthIt(
      ControlBlock task, CheckpointOptions options, Seat seat, Company company, Report report) {
    if (options.stop() || options.crac() || seat.apart() || !company.alone()) return false;
    int pid = task.pid();
    if (!hasRoom(pid)) return false;
    // The loader does what the environment says for nobody whose real uid is another.
    return !CriuCommand.of(seat.criu(settings.criu()), pid, settings.runDirectory()).asUser()
        && usable(report);
  }

  /** Likewise before a task departs: whether its memory is sent ahead of it. */
  synchronized boolean preCopies(ControlBlock task) {
    return !never
        && !copies.stay()
        && hasRoom(task.pid())
        && MemoryCopy.possible()
        && SharedPages.possible();
  }

  private static boolean hasRoom(int pid) {
    // Whoever keeps memory from being swapped out does not want to wait for it after a write.
    if (Proc.innermostPid(pid) != pid || Proc.locksMemory(pid) || Proc.filtersCalls(pid))
      return false;
    long bytes = Proc.privateBytes(pid);
    return bytes >= LEAST
        && Memory.availableBytes(pid) >= bytes + bytes / 4
        && !Memory.endsWithOthers(pid);
  }

  /** A copy that no snapshot has ends. */
  synchronized void ended(Orphans.Id copy) {
    copies.ended(copy);
  }

  private synchronized boolean usable(Report report) {
    // It would be so after each checkpoint, until there are no numbers left.
    if (!never && copies.stay())
      never("a process whose parent has ended is not collected by init", report);
    if (never) return false;
    try {
      if (plugin == null)
        plugin = CriuPlugin.of(settings.criu(), settings.shim().resolveSibling(FILE));
    } catch (IOException e) {
      never(e.getMessage(), report);
    }
    return !never;
  }

  /**
   * @param files where CRIU writes
   */
  synchronized @Nullable Snapshot of(ControlBlock task, Path files) {
    return plugin == null ? null : new Snapshot(task, plugin, files.resolve("left-to-copy"));
  }

  /**
   * What has become of one that is closed.
   *
   * @param log of CRIU, where there is one
   * @return whether the checkpoint is to be made again without
   */
  synchronized boolean failed(Snapshot snapshot, Path log, Report report) {
    boolean notLoaded = CriuLog.says(log, NOT_LOADED);
    if (notLoaded)
      never("CRIU does not take it: " + CriuLog.firstError(log).orElse("it says no more"), report);
    return notLoaded || snapshot.troubled();
  }

  synchronized void ended(Snapshot snapshot) {
    snapshot.holder().ifPresent(this::ended);
  }

  private void never(@Nullable String why, Report report) {
    never = true;
    report.warn("checkpoints of large tasks stop them for longer on this node: " + why);
  }
}
