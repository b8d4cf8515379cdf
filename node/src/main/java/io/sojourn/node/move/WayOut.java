package io.sojourn.node.move;

import io.netty.channel.EventLoop;
import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyBirth;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.home.net.HomeConnections;
import io.sojourn.home.net.HomeInterfaces;
import io.sojourn.home.net.HomePipes;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.protocol.image.Machine;
import io.sojourn.protocol.move.ArriveRequest;
import io.sojourn.protocol.move.ArriveResponse;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.LeaveRequest;
import io.sojourn.protocol.move.ReadyRequest;
import io.sojourn.protocol.move.RunRequest;
import io.sojourn.protocol.move.WorldEvent;
import io.sojourn.restore.MachineCheck;
import io.sojourn.restore.world.Revival;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's way to another node. Until it runs there, home can have it back at any step: nothing of
 * its connections passes meanwhile, so that its image stays true.
 */
final class WayOut {
  private static final Logger log = LoggerFactory.getLogger(WayOut.class);
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Duration GREETING = Duration.ofSeconds(10);

  private final Moves.Settings settings;
  private final Moves moves;
  private final EventLoop loop;
  private final Report report;

  WayOut(Moves.Settings settings, Moves moves, EventLoop loop, Report report) {
    this.settings = settings;
    this.moves = moves;
    this.loop = loop;
    this.report = report;
  }

  Moves.Moved go(ControlBlock block, String name, String node, int incarnation) {
    var guest = GuestWorldsGrpc.newBlockingStub(settings.peers().get().channel(node));
    MovedTask before = moves.known(block.id()).orElse(null);
    report.phase("ask the node", () -> Step.at(node, () -> guest.ready(requirements())));
    if (before != null) before.setsOut();
    try {
      Path images = Step.of("the move", () -> Images.directory(settings.memory(), block.id()));
      HomeDeparture departure =
          new HomeDeparture(
              settings.criu().get(), block.id(), before == null ? null : before.beside());
      int pid = block.pid();
      int[] owner = Proc.owner(pid);
      ThreadIdentity user = new ThreadIdentity(owner[0], owner[1], Proc.groups(pid));
      CheckpointResult dumped = dump(block, name, images, departure);
      MovedTask task =
          before != null
              ? before
              : report.phase("deputy", () -> deputy(block.id(), name, user, pid, departure));
      if (before == null) task.setsOut();
      try {
        away(guest, task, node, incarnation, dumped.image(), departure);
      } finally {
        if (before == null) task.arrives();
      }
      Trees.delete(images);
      return new Moves.Moved(incarnation, departure.standingMillis());
    } finally {
      if (before != null) before.arrives();
    }
  }

  private CheckpointResult dump(
      ControlBlock block, String name, Path images, HomeDeparture departure) {
    try {
      return settings
          .departures()
          .get()
          .depart(block, name, images.resolve(name + "-move"), departure, report);
    } catch (RuntimeException runsOn) {
      Trees.delete(images);
      throw runsOn;
    }
  }

  private static ReadyRequest requirements() {
    Machine here = MachineCheck.here();
    return ReadyRequest.newBuilder()
        .setArchitecture(here.getArchitecture())
        .setKernel(here.getKernel())
        .addAllCpuFeatures(here.getCpuFeaturesList())
        .setCpuModel(here.getCpuModel())
        .build();
  }

  /** The process that was the task becomes its deputy. */
  private MovedTask deputy(
      String id, String name, ThreadIdentity user, int pid, HomeDeparture departure) {
    CgroupFreeze group = departure.group();
    for (int each : Proc.tree(pid)) if (each != pid) Signals.send(each, Signals.KILL);
    DeputyBirth birth =
        new DeputyBirth(settings.runtime(), new DeputyDirectory(settings.runDirectory()));
    Deputy deputy =
        group == null
            ? birth.ofStopped(pid, id, 1)
            : birth.ofFrozen(pid, id, 1, group.switchFile());
    if (group != null) group.close();
    MovedTask task = new MovedTask(id, name, user, deputy);
    Face face = new Face(task, settings.peers(), () -> moves.forget(task));
    task.face(face);
    deputy.listen(face);
    Step.of(
        "the deputy",
        () -> {
          deputy.greeted(GREETING);
          return deputy;
        });
    moves.knows(task);
    return task;
  }

  private void away(
      GuestWorldsGrpc.GuestWorldsBlockingStub guest,
      MovedTask task,
      String node,
      int incarnation,
      ImageDirectory image,
      HomeDeparture departure) {
    HomeConnections connections = new HomeConnections();
    StreamSession session =
        new StreamSession(task.id(), StreamSession.Side.HOME, loop, connections);
    HomePipes pipes = new HomePipes(task.deputy().pid());
    StreamSession pipeSession =
        new StreamSession(Moves.pipesOf(task), StreamSession.Side.HOME, loop, pipes);
    try {
      Shipping.Shipped shipped =
          settings.shipping().send(image, node, Shipping.Place.MEMORY, report);
      connections.start(session);
      departure.into(connections);
      task.goes(incarnation, new MovedTask.Away(node, session, connections, pipeSession, pipes));
      moves.sessions().give(incarnation, session);
      moves.sessions().give(incarnation, pipeSession);
      report.phase("restore", () -> Step.at(node, () -> arrive(guest, task, shipped)));
    } catch (RuntimeException failed) {
      stay(task, incarnation + 1, image, departure, failed);
      throw failed;
    }
    departure.unlock();
    report.phase("resume", () -> run(guest, task, node, incarnation));
  }

  private ArriveResponse arrive(
      GuestWorldsGrpc.GuestWorldsBlockingStub guest, MovedTask task, Shipping.Shipped shipped) {
    return Step.of(
        "the arrival",
        () -> {
          // It takes them there; what the deputy held would be in its way.
          task.deputy().descriptors().giveUpLocks();
          return guest.arrive(
              ArriveRequest.newBuilder()
                  .setLife(Face.life(task))
                  .setName(task.name())
                  .setDirectory(shipped.directory())
                  .setRunDirectory(settings.runDirectory().toString())
                  .setHostName(Files.readString(HOST_NAME).strip())
                  .setNetwork(HomeInterfaces.read())
                  .build());
        });
  }

  private void run(
      GuestWorldsGrpc.GuestWorldsBlockingStub guest, MovedTask task, String node, int incarnation) {
    Iterator<WorldEvent> events =
        Step.at(
            node,
            () -> {
              Iterator<WorldEvent> told =
                  guest.run(RunRequest.newBuilder().setLife(Face.life(task)).build());
              told.next();
              return told;
            });
    settings.workers().execute(() -> watch(events, task, incarnation));
  }

  private static void watch(Iterator<WorldEvent> events, MovedTask task, int incarnation) {
    try {
      while (events.hasNext()) {
        WorldEvent event = events.next();
        if (event.hasEnded()) task.face().ended(incarnation, event.getEnded().getHow());
      }
    } catch (RuntimeException lost) {
      log.warn("task {} is not heard of any more: {}", task.name(), lost.getMessage());
    }
  }

  /** It could not go: it runs on here. */
  private void stay(
      MovedTask task,
      int incarnation,
      ImageDirectory image,
      HomeDeparture departure,
      RuntimeException cause) {
    report.phase(
        "restore at home",
        () -> {
          try {
            if (task.away() != null) leave(task);
            moves.callBack(task);
            departure.giveBack();
            Revival here = new Beside(settings).restore(image.path(), task);
            task.isHome(incarnation, here);
            departure.unlock();
            here.run(incarnation);
            Trees.delete(Images.directory(settings.memory(), task.id()));
            var unused =
                here.ended()
                    .thenAcceptAsync(
                        how -> task.face().ended(incarnation, how), settings.workers());
          } catch (java.io.IOException | RuntimeException alsoFailed) {
            cause.addSuppressed(alsoFailed);
            throw OperationException.failed(
                cause.getMessage()
                    + "; and it could not be restored at home: "
                    + alsoFailed.getMessage(),
                "its image is " + image.path(),
                cause);
          }
        });
  }

  private void leave(MovedTask task) {
    MovedTask.Away away = java.util.Objects.requireNonNull(task.away());
    try {
      var unused =
          GuestWorldsGrpc.newBlockingStub(settings.peers().get().channel(away.node()))
              .withDeadlineAfter(GREETING)
              .leave(LeaveRequest.newBuilder().setLife(Face.life(task)).build());
    } catch (RuntimeException notThere) {
      // Its life is refused from now on.
    }
  }
}
