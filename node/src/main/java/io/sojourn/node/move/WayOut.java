package io.sojourn.node.move;

import io.netty.channel.EventLoop;
import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.StandingTask;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.CgroupFreeze;
import io.sojourn.engine.linux.PidDescriptor;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import io.sojourn.home.net.HomeInterfaces;
import io.sojourn.home.net.KeptConnections;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.protocol.connection.HomeNetwork;
import io.sojourn.protocol.move.ArriveRequest;
import io.sojourn.protocol.move.ArriveResponse;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task's way to another node. It stands still where it was, as it was dumped, until it is there:
 * whatever fails, it runs on as if nothing had been. Then its process becomes its deputy. Should it
 * not begin there after all, home has its image: nothing of its connections has passed meanwhile.
 */
final class WayOut {
  private static final Duration END = Duration.ofSeconds(10);
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private final Moves.Settings settings;
  private final Moves moves;
  private final EventLoop loop;
  private final Report report;
  private final MoveOptions options;

  WayOut(Moves.Settings settings, Moves moves, EventLoop loop, Report report, MoveOptions options) {
    this.settings = settings;
    this.moves = moves;
    this.loop = loop;
    this.report = report;
    this.options = options;
  }

  Moves.Moved go(ControlBlock block, String name, String node, int incarnation) {
    report.phase("ask the node", () -> Readiness.of(settings.peers().get(), node, homeNetwork()));
    TwoWayFifos.refuse(block.pid(), name);
    MovedTask known = moves.known(block.id()).orElse(null);
    MovedTask task =
        known != null
            ? known
            : new MovedTask(block.id(), name, ThreadIdentity.of(block.pid()), block.pid());
    task.setsOut();
    task.standsIn(block.pid());
    task.agentOptions(block.options());
    try {
      Path images = Step.of("the move", () -> Images.emptyDirectory(settings.memory(), block.id()));
      Ahead ahead = ahead(block, name, node);
      HomeDeparture departure =
          new HomeDeparture(
              settings.criu().get(), block.id(), task.beside(), ahead, options.lazy());
      try (ahead) {
        StandingTask standing = dump(block, name, images, departure);
        if (options.lazy())
          return new LazyWay(this, settings, moves, report)
              .go(task, standing, block.pid(), node, incarnation, departure);
        there(task, standing, block.pid(), node, incarnation, departure);
        begin(task, standing, incarnation, departure);
        return new Moves.Moved(incarnation, departure.standingMillis());
      } finally {
        departure.open();
        MovedTask.Away away = task.away();
        if (away != null) HomeSide.askPeers(away);
        Trees.delete(images);
      }
    } finally {
      task.arrives();
    }
  }

  private Ahead ahead(ControlBlock block, String name, String node) {
    Supplier<Outbound> outbound =
        () -> new Outbound(settings.shipping(), name, block.id(), node, report);
    if (options.lazy()) return Ahead.nothing(outbound.get());
    return settings
        .departures()
        .get()
        .preCopy(block, name, CheckpointOptions.FREEZE, report)
        .map(copy -> Ahead.send(copy, outbound, image(name), report))
        .orElseGet(() -> Ahead.nothing(outbound.get()));
  }

  private static String image(String task) {
    return task + "-move";
  }

  private GuestWorldsGrpc.GuestWorldsBlockingStub guest(String node) {
    return GuestWorldsGrpc.newBlockingStub(settings.peers().get().channel(node));
  }

  private StandingTask dump(ControlBlock block, String name, Path images, HomeDeparture departure) {
    return settings
        .departures()
        .get()
        .depart(
            block, name, images.resolve(image(name)), CheckpointOptions.FREEZE, departure, report);
  }

  private static HomeNetwork homeNetwork() {
    return Step.of("to tell how home looks", HomeInterfaces::read);
  }

  /** When this returns it is there and stands still, and nothing but its deputy is left here. */
  private void there(
      MovedTask task,
      StandingTask standing,
      int pid,
      String node,
      int incarnation,
      HomeDeparture departure) {
    int before = task.incarnation();
    MovedTask.Away away = away(task, pid, node);
    try {
      arrived(task, standing, pid, node, incarnation, away, departure);
      departure.into(away.connections().kept());
      if (task.hasDeputy()) departure.into(away.connections().kept(), task.deputy());
      departure.ahead().check();
      // First: a daemon that finds this and no deputy has the task run on here.
      moves.ledger().isAway(task, node);
      leavesDeputy(task, standing, pid, departure);
      departure.into(away.connections().kept(), task.deputy());
      departure.into(away.connections());
    } catch (RuntimeException failed) {
      Word word = takenBack(task, away, before, departure.beside());
      standing.runsOn();
      // It may take a while to be heard.
      if (word != null) word.leave();
      throw failed;
    }
  }

  void arrived(
      MovedTask task,
      StandingTask standing,
      int pid,
      String node,
      int incarnation,
      MovedTask.Away away,
      HomeDeparture departure) {
    if (task.hasDeputy())
      Step.of(
          "to leave pipes and unix connections with the deputy",
          () -> {
            PipesAtHome.handTo(task.deputy(), pid, standing.image());
            UnixAtHome.handTo(task.deputy(), pid, standing.image());
            return task;
          });
    Shipping.Shipped shipped = departure.ahead().outbound().finish(standing.image());
    task.goes(incarnation, away);
    moves.knows(task);
    moves.sessions().give(incarnation, away.session());
    moves.sessions().give(incarnation, away.pipeSession());
    report.phase("restore", () -> Step.at(node, () -> arrive(task, node, shipped)));
  }

  void leavesDeputy(MovedTask task, StandingTask standing, int pid, HomeDeparture departure) {
    if (task.hasDeputy()) {
      Step.of("the end at home", () -> end(task, standing, pid));
      CgroupFreeze group = departure.group();
      if (group != null) group.close();
    } else {
      Deputies deputies = new Deputies(settings, moves);
      report.phase("deputy", () -> deputies.become(task, pid, departure));
      standing.became();
    }
    departure.endConnects();
  }

  /** It is there: what stood still here for it ends, and home holds its locks from then on. */
  private Object end(MovedTask task, StandingTask standing, int pid) throws IOException {
    try (PidDescriptor process = PidDescriptor.open(pid)) {
      standing.ends();
      if (!process.ends(END)) throw new IOException("process " + pid + " does not end");
    }
    moves.takeLocks(task);
    return task;
  }

  private ArriveResponse arrive(MovedTask task, String node, Shipping.Shipped shipped) {
    ArriveRequest.Builder arrival =
        ArriveRequest.newBuilder()
            .setLife(Face.life(task))
            .setName(task.name())
            .setDirectory(shipped.directory())
            .setRunDirectory(settings.runDirectory().toString())
            .setLazy(options.lazy())
            .setLimitMillis(options.limit().toMillis())
            .setHomeLostMillis(options.homeLostMillis());
    Step.of(
        "to tell how home looks",
        () -> arrival.setHostName(Files.readString(HOST_NAME).strip()).setNetwork(homeNetwork()));
    return guest(node).arrive(arrival.build());
  }

  MovedTask.Away away(MovedTask task, int pid, String node) {
    KeptConnections kept = Step.of("the move", () -> moves.keeps(task));
    int deputy = task.hasDeputy() ? task.deputy().pid() : pid;
    return Departed.streams(task, deputy, node, loop, kept, options.keepMillis());
  }

  /** The life there is over before it began: what the node is to be told, if it knows of it. */
  @Nullable Word takenBack(
      MovedTask task, MovedTask.Away away, int before, @Nullable Revival beside) {
    if (task.away() == null) return null;
    away.start().forbid();
    Word word = new Word(settings, away.node(), Face.life(task));
    moves.callBack(task);
    if (beside != null) {
      UnixAtHome.giveUp(task.deputy());
      PipesAtHome.giveUp(task.deputy());
      task.isHome(before, beside);
      moves.ledger().isHome(task, beside);
    } else moves.neverLeft(task);
    return word;
  }

  private void begin(
      MovedTask task, StandingTask standing, int incarnation, HomeDeparture departure) {
    MovedTask.Away away = Objects.requireNonNull(task.away());
    try {
      report.phase("resume", () -> new Watch(settings, moves, task, away, incarnation).begin());
    } catch (RuntimeException failed) {
      if (!away.start().forbid()) throw failed;
      backFromImage(task, standing, incarnation + 1, departure, failed);
      throw failed;
    }
  }

  /** It has not begun there: it goes on here from its image. */
  private void backFromImage(
      MovedTask task,
      StandingTask standing,
      int incarnation,
      HomeDeparture departure,
      RuntimeException cause) {
    try {
      report.phase(
          "restore at home",
          () -> {
            departure.ahead().into(standing.image());
            new Back(settings, moves).restore(task, standing.image(), incarnation, departure);
          });
    } catch (RuntimeException alsoFailed) {
      cause.addSuppressed(alsoFailed);
      throw OperationException.failed(
          cause.getMessage() + "; and it could not be restored at home: " + alsoFailed.getMessage(),
          "see the log of the daemon",
          cause);
    }
  }
}
