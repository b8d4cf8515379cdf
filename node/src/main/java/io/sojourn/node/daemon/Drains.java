package io.sojourn.node.daemon;

import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.node.cluster.PeerFailure;
import io.sojourn.node.move.Door;
import io.sojourn.node.move.Visitor;
import io.sojourn.node.worlds.WorldHosts;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.DrainEvent;
import io.sojourn.protocol.node.DrainRequest;
import io.sojourn.protocol.node.Drained;
import io.sojourn.protocol.node.DrainedTask;
import io.sojourn.protocol.node.DrainedTask.Outcome;
import io.sojourn.protocol.node.MigrateRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Empties this node. Its guests go home; its own tasks go to other nodes, or are frozen where none
 * takes them. From then on it takes none, until that is undone.
 */
final class Drains {
  private static final Caller ROOT = new Caller(0, 0);

  private final String node;
  private final Door door;
  private final WorldHosts hosts;
  private final TaskRegistry registry;
  private final Migrations migrations;
  private final Checkpoints checkpoints;
  private final Errands errands;

  Drains(
      String node,
      Door door,
      WorldHosts hosts,
      TaskRegistry registry,
      Migrations migrations,
      Checkpoints checkpoints,
      Errands errands) {
    this.node = node;
    this.door = door;
    this.hosts = hosts;
    this.registry = registry;
    this.migrations = migrations;
    this.checkpoints = checkpoints;
    this.errands = errands;
  }

  /** This node, or another that is asked for. */
  void run(DrainRequest request, Consumer<DrainEvent> told) {
    if (request.getNode().isEmpty() || request.getNode().equals(node)) {
      run(request.getUndo(), told);
      return;
    }
    try {
      errands
          .stub(request.getNode())
          .drain(DrainRequest.newBuilder().setUndo(request.getUndo()).build())
          .forEachRemaining(told);
    } catch (StatusRuntimeException failed) {
      throw PeerFailure.explain(failed, "node " + request.getNode());
    }
  }

  /**
   * @param undo it takes tasks again
   */
  void run(boolean undo, Consumer<DrainEvent> told) {
    try {
      if (undo) door.open();
      else door.close();
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
    if (!undo) {
      for (Visitor guest : hosts.guests()) leave(guest.id(), guest.name(), told, () -> home(guest));
      for (Task task : registry.tasks())
        if (task.runs()) leave(task.id(), task.name(), told, () -> away(task));
    }
    told.accept(
        DrainEvent.newBuilder()
            .setDone(Drained.newBuilder().setNode(node).setTakesTasks(door.isOpen()))
            .build());
  }

  private interface Way {
    DrainedTask.Builder go();
  }

  private static void leave(String id, String name, Consumer<DrainEvent> told, Way way) {
    told.accept(DrainEvent.newBuilder().setLeaving(name).build());
    DrainedTask.Builder task;
    try {
      task = way.go();
    } catch (OperationException stays) {
      task =
          DrainedTask.newBuilder()
              .setOutcome(Outcome.STAYS)
              .setMessage(String.valueOf(stays.getMessage()))
              .setMend(stays.mend());
    }
    told.accept(DrainEvent.newBuilder().setTask(task.setTask(name).setTaskId(id)).build());
  }

  private DrainedTask.Builder home(Visitor guest) {
    MigrateRequest request =
        MigrateRequest.newBuilder().setTask(guest.id()).setNode(Migrations.HOME).build();
    errands.at(guest.home(), OperationListener.NONE, home -> home.migrate(request));
    return moved(guest.home());
  }

  private static DrainedTask.Builder moved(String to) {
    return DrainedTask.newBuilder().setOutcome(Outcome.MOVED).setNode(to);
  }

  private DrainedTask.Builder away(Task task) {
    List<String> refusals = new ArrayList<>();
    for (String other : others()) {
      Optional<OperationException> why = why(task, other);
      if (why.isEmpty()) return moved(other);
      refusals.add(other + ": " + why.get().getMessage());
    }
    try {
      checkpoints.run(
          CheckpointRequest.newBuilder()
              .setTask(task.id())
              .setThen(CheckpointRequest.Then.STOP)
              .build(),
          ROOT,
          OperationListener.NONE);
      return DrainedTask.newBuilder().setOutcome(Outcome.FROZEN).setNode(node);
    } catch (OperationException stays) {
      if (refusals.isEmpty()) throw stays;
      throw OperationException.failed(
          stays.getMessage() + "; and no node takes it: " + String.join("; ", refusals),
          stays.mend(),
          stays);
    }
  }

  private List<String> others() {
    try {
      return errands.others();
    } catch (OperationException alone) {
      return List.of();
    }
  }

  private Optional<OperationException> why(Task task, String other) {
    try {
      migrations.run(
          MigrateRequest.newBuilder().setTask(task.id()).setNode(other).build(),
          ROOT,
          OperationListener.NONE);
      return Optional.empty();
    } catch (OperationException refused) {
      return Optional.of(refused);
    }
  }
}
