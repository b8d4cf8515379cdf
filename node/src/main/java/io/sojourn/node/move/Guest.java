package io.sojourn.node.move;

import com.google.protobuf.ByteString;
import io.sojourn.checkpointer.CheckpointOptions;
import io.sojourn.checkpointer.Departure;
import io.sojourn.checkpointer.Departures;
import io.sojourn.checkpointer.StandingTask;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.image.Trees;
import io.sojourn.engine.linux.JobSignals;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.move.DepartRequest;
import io.sojourn.protocol.move.DepartResponse;
import io.sojourn.protocol.move.SignalRequest;
import io.sojourn.protocol.move.TakenInput;
import io.sojourn.protocol.move.UnreadInput;
import io.sojourn.protocol.stream.SessionState;
import io.sojourn.restore.world.GuestWorld;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task of another node that lives here. When it departs it stands still here, as it was dumped,
 * until home has decided: what fails on the way costs a pause, and no restore.
 */
final class Guest {
  private final String home;
  private final String name;
  private final GuestWorld world;
  private final SentSignals signals = new SentSignals();
  private volatile boolean runs;
  private volatile @Nullable StandingTask standing;
  private volatile @Nullable Outbound departing;
  private volatile boolean leaves;

  Guest(String home, String name, GuestWorld world) {
    this.home = home;
    this.name = name;
    this.world = world;
  }

  String home() {
    return home;
  }

  String name() {
    return name;
  }

  GuestWorld world() {
    return world;
  }

  /** Not yet, or not any more: home has to say what follows. */
  boolean standsStill() {
    return !runs || standing != null || world.apart();
  }

  boolean hasRun() {
    return runs;
  }

  /** Its end here is none of the task. */
  void leaves() {
    leaves = true;
  }

  boolean isLeaving() {
    return leaves;
  }

  /** Whether it has stopped the task. */
  boolean signal(SignalRequest request) {
    // Home would not speak of it if it did not live here.
    stays();
    return signals.once(
        request.getSerial(),
        () ->
            JobSignals.send(world.revival().task().pid(), request.getNumber(), request.getGroup()));
  }

  /**
   * Lets it run for the first time; without effect where it does.
   *
   * @param refused called when home does not serve this life any more
   */
  synchronized void runs(Runnable refused) {
    if (runs) return;
    world.run(refused);
    runs = true;
  }

  /** Dumps it and sends the image home. It stands still from then on. */
  synchronized DepartResponse depart(
      DepartRequest request, Departures departures, Shipping shipping) {
    if (standsStill())
      throw OperationException.refused(
          "task " + name + " does not run here", "wait until its last move is over");
    if (!world.whole().isDone())
      throw OperationException.refused(
          "the memory of task " + name + " is still on its way", "wait until all of it is there");
    Report report = new Report(OperationListener.NONE);
    Outbound outbound = new Outbound(shipping, name, world.revival().task().id(), home, report);
    FromWorld departure = new FromWorld(outbound);
    Path target = world.directory().resolve(name + Images.HOMEWARD);
    departing = outbound;
    try (outbound) {
      return depart(Dump.options(request), departures, departure, target, report);
    } finally {
      departing = null;
    }
  }

  private DepartResponse depart(
      CheckpointOptions options,
      Departures departures,
      FromWorld departure,
      Path target,
      Report report) {
    StandingTask task =
        departures.depart(world.revival().task(), name, target, options, departure, report);
    try {
      Map<Integer, ByteString> unread = Step.of("the last output", world::unread);
      Shipping.Shipped shipped = departure.outbound.finish(task.image());
      DepartResponse.Builder gone = DepartResponse.newBuilder();
      unread.forEach(
          (number, bytes) ->
              gone.addUnread(UnreadInput.newBuilder().setNumber(number).setBytes(bytes)));
      world
          .taken()
          .forEach(
              one ->
                  gone.addTaken(
                      TakenInput.newBuilder()
                          .setSocket(one.there())
                          .setAtHome(one.atHome())
                          .setOffset(one.offset())));
      standing = task;
      return gone.setDirectory(shipped.directory())
          .setLastSignal(signals.last())
          .setPauseMillis((System.nanoTime() - departure.standingNanos) / 1e6)
          .setStreams(departure.streams)
          .addAllConnections(departure.connections)
          .build();
    } catch (RuntimeException failed) {
      runsOn(task);
      throw failed;
    }
  }

  /** It lives on here, whether it had departed or not, or was about to. */
  void stays() {
    Outbound asked = departing;
    // Whoever asked for its image may be gone, and it would be sent for as long as it takes.
    if (asked != null) asked.cancel();
    runsOnHere();
  }

  private synchronized void runsOnHere() {
    StandingTask task = standing;
    standing = null;
    if (task != null) runsOn(task);
    // That has failed when it ran on.
    else if (runs && world.apart()) joinAgain();
  }

  private void joinAgain() {
    Step.of(
        "to join the streams again",
        () -> {
          world.thaw();
          return world;
        });
  }

  private static void runsOn(StandingTask task) {
    task.runsOn();
    Trees.delete(task.image().path());
  }

  private final class FromWorld implements Departure {
    private final Outbound outbound;
    private SessionState streams = SessionState.getDefaultInstance();
    private List<FrozenConnection> connections = List.of();
    private long standingNanos;

    FromWorld(Outbound outbound) {
      this.outbound = outbound;
    }

    @Override
    public void writing(Path draft) {
      outbound.begin(draft, draft.getFileName().toString().substring(ImageDraft.PREFIX.length()));
    }

    @Override
    public List<String> criu() {
      return world.criu();
    }

    @Override
    public Path inside(Path ours) {
      return world.inside(ours);
    }

    @Override
    public void beginning(ControlBlock task) throws IOException {
      world.letArrive();
    }

    @Override
    public void standing(ControlBlock task) throws IOException {
      standingNanos = System.nanoTime();
      streams = world.freeze();
    }

    @Override
    public void held(ControlBlock task, Path image) {
      connections = world.read();
    }

    @Override
    public void open() {
      Step.of(
          "to let its packets pass",
          () -> {
            world.letPass();
            return world;
          });
    }

    @Override
    public void undone() {
      joinAgain();
    }
  }
}
