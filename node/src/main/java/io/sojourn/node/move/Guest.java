package io.sojourn.node.move;

import com.google.protobuf.ByteString;
import io.sojourn.checkpointer.CheckpointResult;
import io.sojourn.checkpointer.Departure;
import io.sojourn.checkpointer.Departures;
import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.linux.Signals;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.protocol.connection.FrozenConnection;
import io.sojourn.protocol.move.DepartResponse;
import io.sojourn.protocol.move.UnreadInput;
import io.sojourn.protocol.stream.SessionState;
import io.sojourn.restore.world.GuestWorld;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A task of another node that lives here. */
final class Guest {
  private final String home;
  private final String name;
  private final GuestWorld world;
  private volatile boolean departing;

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

  /** Its end is none of the task. */
  boolean departing() {
    return departing;
  }

  void signal(int number) {
    Signals.send(world.revival().task().pid(), number);
  }

  /** Dumps it and sends the image home. */
  synchronized DepartResponse depart(Departures departures, Shipping shipping) {
    FromWorld departure = new FromWorld();
    Report report = new Report(OperationListener.NONE);
    departing = true;
    try {
      CheckpointResult dumped =
          departures.depart(
              world.revival().task(),
              name,
              world.directory().resolve(name + "-homeward"),
              departure,
              report);
      Map<Integer, ByteString> unread = Step.of("the last output", world::unread);
      Shipping.Shipped shipped = shipping.send(dumped.image(), home, Shipping.Place.MEMORY, report);
      DepartResponse.Builder gone = DepartResponse.newBuilder();
      unread.forEach(
          (number, bytes) ->
              gone.addUnread(UnreadInput.newBuilder().setNumber(number).setBytes(bytes)));
      return gone.setDirectory(shipped.directory())
          .setPauseMillis((System.nanoTime() - departure.standingNanos) / 1e6)
          .setStreams(departure.streams)
          .addAllConnections(departure.connections)
          .build();
    } catch (RuntimeException failed) {
      departing = false;
      throw failed;
    }
  }

  private final class FromWorld implements Departure {
    private SessionState streams = SessionState.getDefaultInstance();
    private List<FrozenConnection> connections = List.of();
    private long standingNanos;

    @Override
    public List<String> criu() {
      return world.criu();
    }

    @Override
    public Path inside(Path ours) {
      return world.inside(ours);
    }

    @Override
    public boolean stays() {
      return false;
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
    public void undone() {}
  }
}
