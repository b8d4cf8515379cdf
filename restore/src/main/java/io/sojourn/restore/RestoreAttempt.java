package io.sojourn.restore;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.Outcome;
import io.sojourn.engine.control.TaskScan;
import io.sojourn.engine.criu.FileSizes;
import io.sojourn.engine.criu.GhostNames;
import io.sojourn.engine.image.UnpackedImage;
import io.sojourn.engine.image.Verification;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.network.ConnectionLock;
import io.sojourn.engine.network.Relocation;
import io.sojourn.engine.network.RestoredSockets;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.restore.memory.Fill;
import io.sojourn.restore.rollback.Rollback;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One try to restore one image. The order: files that the image carries are put back; CRIU makes
 * the task while the image's digests are computed beside it; at the gate, when the task is there
 * and stands still, the digests must be right, and the control block is told that this is a new
 * life; then CRIU lets it go.
 */
final class RestoreAttempt {
  private static final Duration WAKE = Duration.ofSeconds(10);

  private final RestoreOrder order;
  private final Report report;
  private final CompletableFuture<Boolean> kept;

  /** What is left to do when CRIU has made the task. */
  private Fill fill = Fill.NONE;

  RestoreAttempt(RestoreOrder order, Report report) {
    this.order = order;
    this.report = report;
    this.kept = CompletableFuture.supplyAsync(this::connectionsKept);
  }

  RestoreResult run() {
    Rollback rollback = order.rollback();
    LogDirectory logs = LogDirectory.create(order.logs());
    ExitStatusFile exitStatus = ExitStatusFile.create(order);
    CompletableFuture<Void> digests = CompletableFuture.runAsync(this::verify);
    try (CarriedFiles carried = report.phase("prepare", () -> CarriedFiles.putBack(order));
        UnpackedImage image = report.phase("unpack", () -> unpack(rollback.keptAsTheyAre()));
        Shim shim = start(rollback, image, logs, exitStatus)) {
      // Not closed with the shim, whose end may take as long.
      RestoreLimit limit = RestoreLimit.on(shim, order.options().limitFor(order.image().bytes()));
      ControlBlock task = report.phase("restore", () -> find(shim, limit, logs, digests));
      report.phase("verify", () -> await(digests));
      RestoredSockets.settle(order.manifest(), task.pid()).forEach(report::warn);
      order.company().standing();
      task.incarnation(order.incarnation());
      task.go(Outcome.RESTORED);
      RestoreResult result = report.phase("resume", () -> resume(shim, limit, task, logs));
      carried.keep();
      if (!kept.join())
        report.warn(
            "the connections of the frozen task were not kept still, somebody has removed the table "
                + order.manifest().getEngine().getNetworkLock()
                + ": peers may have closed them");
      logs.discard();
      // A clone leaves the frozen first one as it is.
      if (!order.options().asClone()) StreamHolder.of(order).ifPresent(StreamHolder::end);
      return result;
    }
  }

  /** Files go back at the last moment: what else could fail comes before. */
  private Shim start(
      Rollback rollback, UnpackedImage image, LogDirectory logs, ExitStatusFile exitStatus) {
    ImageCare.putBack(rollback, report);
    return Shim.start(CriuCommand.of(order, image.path(), logs, exitStatus.path()), logs.shimLog());
  }

  /**
   * A frozen task's peers were to hear nothing; a firewall that is set up anew throws that away.
   */
  private boolean connectionsKept() {
    String lock = order.manifest().getEngine().getNetworkLock();
    return order.options().asClone() || lock.isEmpty() || ConnectionLock.tables().contains(lock);
  }

  private void unlockConnections() {
    if (!order.options().asClone())
      ConnectionLock.remove(order.manifest().getEngine().getNetworkLock());
  }

  /**
   * @param otherSizes paths of files that need not be as long as they were
   */
  private UnpackedImage unpack(Set<String> otherSizes) {
    Path place = order.settings().stateDirectory();
    boolean ghosts = GhostNames.in(order.image().path());
    Relocation relocation = order.company().relocation();
    UnpackedImage image = UnpackedImage.beside(order.image(), place);
    try {
      if (!relocation.none()) {
        image.own("files.img");
        relocation.into(image.path());
      }
      if (!otherSizes.isEmpty()) FileSizes.forget(image.path(), otherSizes);
      if (ghosts) GhostNames.giveOwn(image.path(), order.pid());
      fill = Fill.of(image.path());
      return image;
    } catch (IOException e) {
      image.close();
      throw OperationException.failed(
          "image " + order.image().name() + " cannot be prepared: " + e.getMessage(),
          "see whether the disk of " + place + " is full",
          e);
    }
  }

  private void verify() {
    long total = order.image().bytes();
    Verification.full(order.image(), done -> report.listener().progress(done, total));
  }

  private static void await(CompletableFuture<Void> digests) {
    try {
      digests.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof OperationException damaged) throw damaged;
      throw failed;
    }
  }

  /** Until CRIU has made the task. A damaged image explains whatever went wrong in this. */
  private ControlBlock find(
      Shim shim, RestoreLimit limit, LogDirectory logs, CompletableFuture<Void> digests) {
    try {
      return find(shim, limit, logs);
    } catch (OperationException failed) {
      await(digests);
      throw failed;
    }
  }

  private ControlBlock find(Shim shim, RestoreLimit limit, LogDirectory logs) {
    int pid = shim.await("restored");
    if (pid < 0) throw failure(shim, limit, logs);
    fill(shim.world() > 0 ? shim.world() : pid, shim, limit, logs);
    TaskScan scan = new TaskScan(order.settings().runDirectory());
    // Inside a clone's world the task has its old pid; here it has another.
    List<Integer> candidates = shim.world() > 0 ? Proc.tree(shim.world()) : List.of(pid);
    return candidates.stream()
        .flatMap(candidate -> scan.of(candidate).stream())
        .findFirst()
        .orElseThrow(() -> noControlBlock(shim, limit, logs));
  }

  private void fill(int root, Shim shim, RestoreLimit limit, LogDirectory logs) {
    try {
      fill.into(root);
    } catch (OperationException failed) {
      if (shim.giveUp().startsWith("failed killed") || limit.wasHit())
        throw failure(shim, limit, logs);
      throw failed;
    }
  }

  private OperationException noControlBlock(Shim shim, RestoreLimit limit, LogDirectory logs) {
    // Who was killed at the gate took the task along.
    if (shim.giveUp().startsWith("failed killed")) return failure(shim, limit, logs);
    return OperationException.failed(
        "the restored process holds no control block of this node daemon",
        "restore by the daemon whose SOJOURN_RUN_DIR the task was started with");
  }

  private OperationException failure(Shim shim, RestoreLimit limit, LogDirectory logs) {
    return limit.wasHit()
        ? CriuFailure.tooSlow(order, logs, limit)
        : CriuFailure.of(order, logs, shim.last());
  }

  private RestoreResult resume(
      Shim shim, RestoreLimit limit, ControlBlock task, LogDirectory logs) {
    shim.goOn();
    boolean done = shim.await("done") > 0;
    limit.close();
    if (!done || limit.wasHit()) throw failure(shim, limit, logs);
    // Only now: what a peer sends to a task that is given up after all would be acknowledged and
    // lost. nft takes as long as the VM to wake, so it runs beside that.
    CompletableFuture<Void> unlocked = kept.thenRunAsync(this::unlockConnections);
    Agent agent = new Agent(task);
    boolean awake = agent.resumed(WAKE);
    unlocked.join();
    if (!awake) {
      end(task);
      throw OperationException.failed(
          "the restored JVM did not wake within " + WAKE.toSeconds() + " s and was ended",
          "try once more; CRIU's log is " + logs.criuLog());
    }
    try {
      order.company().running();
    } catch (RuntimeException anotherDoesNot) {
      end(task);
      throw anotherDoesNot;
    }
    double millis = report.totalMillis();
    // What the program's CRaC resources do after a restore may take its time; it runs.
    if (!agent.settle(WAKE)) report.warn("the agent is still busy; CRaC resources may hang");
    else if (!task.explanation().isEmpty()) report.warn(task.explanation());
    return new RestoreResult(task.pid(), order.incarnation(), millis);
  }

  private static void end(ControlBlock task) {
    Proc.tree(task.pid()).forEach(each -> Signals.send(each, Signals.KILL));
  }
}
