package io.sojourn.node.move;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.image.UnpackedImage;
import io.sojourn.engine.operation.Report;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.restore.ImageCare;
import io.sojourn.restore.RestoreOptions;
import io.sojourn.restore.RestorePipeline;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A frozen task lives again at home, beside its deputy: what the deputy has kept is the task's own
 * again. Until the deputy has given it up, a failure leaves everything as it was.
 */
final class Thaw {
  private static final Duration SETTLE = Duration.ofSeconds(10);

  private final Moves.Settings settings;
  private final Moves moves;
  private final Report report;

  Thaw(Moves.Settings settings, Moves moves, Report report) {
    this.settings = settings;
    this.moves = moves;
    this.report = report;
  }

  /**
   * @param place gives the task's, once nothing is known to stand in the way
   */
  Moves.Moved go(
      Supplier<FrozenTask> place, ImageDirectory image, int incarnation, RestoreOptions options) {
    long asked = System.nanoTime();
    RestorePipeline.Settings restorer =
        new RestorePipeline.Settings(
            settings.criu().get(),
            settings.shim(),
            settings.runDirectory(),
            settings.stateDirectory(),
            "");
    ImageCare.check(image, incarnation, options, restorer, report);
    FrozenTask frozen = place.get();
    try (ImageCare care = ImageCare.begin(image, incarnation, options, restorer, report);
        Attendance at = Attendance.begin(settings, moves, frozen, image)) {
      Revival here = live(at, care, image, incarnation, options);
      double millis = (System.nanoTime() - asked) / 1e6;
      Agent agent = new Agent(here.task());
      if (!agent.settle(SETTLE)) report.warn("the agent is still busy; CRaC resources may hang");
      else if (!here.task().explanation().isEmpty()) report.warn(here.task().explanation());
      return new Moves.Moved(incarnation, millis);
    }
  }

  private Revival live(
      Attendance at,
      ImageCare care,
      ImageDirectory image,
      int incarnation,
      RestoreOptions options) {
    MovedTask task = at.task();
    return Step.of(
        "to bring task " + task.name() + " back",
        () -> {
          Path directory = Images.directory(settings.memory(), task.id());
          boolean again = Files.exists(directory.resolve(FrozenImage.NAME));
          try (UnpackedImage unpacked = UnpackedImage.of(image, directory);
              ConnectionsOfFrozen connections = new ConnectionsOfFrozen(at, again)) {
            Path prepared = FrozenImage.of(image, unpacked, directory);
            care.otherSizes(prepared);
            if (livedOn(image, incarnation)) connections.resetThoseThatWentOn(prepared);
            report.phase("connections", () -> connections.into(prepared));
            care.putBack();
            Revival here =
                report.phase(
                    "restore",
                    () ->
                        new Beside(settings)
                            .revive(
                                prepared,
                                task,
                                at.holder().pid(),
                                options.limitFor(image.bytes())));
            run(at, care, connections, here, incarnation);
            // Its deputy is to have the lock on its counters.
            care.keep();
            at.runs(here);
            moves.follow(task, here, incarnation);
            Step.afterwards("to remove its image", () -> Trees.delete(directory));
            return here;
          }
        });
  }

  /** After the image was made, in this life or in others. */
  private static boolean livedOn(ImageDirectory image, int incarnation) {
    return image.manifest().getKind() != Manifest.Kind.FREEZE
        || image.manifest().getTask().getIncarnation() < incarnation - 1;
  }

  /** Until it runs it can be taken back: its connections are in the prepared image still. */
  private void run(
      Attendance at, ImageCare care, ConnectionsOfFrozen connections, Revival here, int incarnation)
      throws IOException {
    try {
      report.phase("verify", care::verified);
      connections.areTheTasks();
      connections.tell(here.task());
      at.lives(incarnation, here);
      connections.unlock();
      report.phase("resume", () -> here.run(incarnation));
    } catch (IOException | RuntimeException failed) {
      here.end();
      at.livesNot();
      throw failed;
    }
  }
}
