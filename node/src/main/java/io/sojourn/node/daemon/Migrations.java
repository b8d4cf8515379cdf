package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.move.MoveOptions;
import io.sojourn.node.move.Moves;
import io.sojourn.node.schedule.WhenLost;
import io.sojourn.protocol.node.MigrateRequest;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.Phase;
import java.time.Duration;
import java.util.Optional;

/** Moves tasks to other nodes and home again. */
final class Migrations {
  static final String HOME = "home";

  private final Moves moves;
  private final TaskLookup tasks;
  private final TaskRegistry registry;
  private final Operations operations;
  private final String self;
  private final Ownership ownership;

  /**
   * @param self this node's name
   */
  Migrations(
      Moves moves,
      TaskLookup tasks,
      TaskRegistry registry,
      Operations operations,
      String self,
      Ownership ownership) {
    this.ownership = ownership;
    this.moves = moves;
    this.tasks = tasks;
    this.registry = registry;
    this.operations = operations;
    this.self = self;
  }

  OperationResult run(MigrateRequest request, Caller caller, OperationListener listener) {
    return OperationLog.noted(
        "migrate",
        request.getTask() + " to " + request.getNode(),
        caller,
        () -> {
          String id = tasks.find(request.getTask(), caller).id();
          try (var operation = operations.begin(id, request.getTask(), "migrate")) {
            return run(tasks.find(id, caller), request, listener);
          }
        });
  }

  private String node(String text) {
    return text.equals(HOME) ? self : text;
  }

  private OperationResult run(Task task, MigrateRequest request, OperationListener listener) {
    String node = node(request.getNode());
    Optional<String> away = moves.whereIs(task.id());
    String now = away.orElse(self);
    if (now.equals(node))
      throw OperationException.refused(
          "task " + task.title() + " is on node " + node + " already", "ckpt ps shows where it is");
    if (moves.lost(task.id()))
      throw OperationException.refused(
          "task " + task.title() + " is lost: node " + now + " does not have it any more",
          "run it again from its last image: ckpt restore " + task.id());
    if (away.isEmpty() && !task.runs())
      throw OperationException.refused(
          "task " + task.title() + " does not run", "run it again: ckpt restore " + task.id());
    if (node.equals(self) && request.getLazy())
      throw OperationException.refused(
          "--lazy is for the way to another node", "migrate it home without");
    Report report = new Report(listener);
    double pause = 0;
    // From one guest node to another it goes by way of home.
    if (away.isPresent()) pause += home(task, options(request, ""), report).pauseMillis();
    if (!node.equals(self)) pause += out(task, node, request, report).pauseMillis();
    OperationResult.Builder result =
        OperationResult.newBuilder()
            .setTask(task.name())
            .setTaskId(task.id())
            .setNode(node)
            .setIncarnation(incarnation(task.id()))
            .setPauseMillis(pause)
            .setTotalMillis(report.totalMillis())
            .addAllWarnings(report.warnings());
    for (Report.Phase phase : report.phases())
      result.addPhases(Phase.newBuilder().setName(phase.name()).setMillis(phase.millis()));
    registry.running(task.id()).flatMap(Task::life).ifPresent(life -> result.setPid(life.pid()));
    return result.build();
  }

  private Moves.Moved home(Task task, MoveOptions options, Report report) {
    Moves.Moved moved = moves.home(task.id(), incarnation(task.id()) + 1, options, report);
    registry.lives(task.id(), moved.incarnation());
    return moved;
  }

  /**
   * @param agent its agent's options, which say what the request does not
   */
  private static MoveOptions options(MigrateRequest request, String agent) {
    return new MoveOptions(
        request.getLazy(),
        Duration.ofMillis(request.getLimitMillis()),
        request.hasHomeLostMillis() ? request.getHomeLostMillis() : WhenLost.HOME.ofAgent(agent),
        request.hasGuestLostMillis()
            ? request.getGuestLostMillis()
            : WhenLost.GUEST.ofAgent(agent));
  }

  private Moves.Moved out(Task task, String node, MigrateRequest request, Report report) {
    Life life =
        registry
            .running(task.id())
            .flatMap(Task::life)
            .orElseThrow(() -> new IllegalStateException("the task has ended meanwhile"));
    ownership.leaves(task.id());
    try {
      Moves.Moved moved =
          moves.out(
              life.block(),
              task.name(),
              node,
              incarnation(task.id()) + 1,
              options(request, life.block().options()),
              report);
      registry.lives(task.id(), moved.incarnation());
      return moved;
    } finally {
      ownership.hasLeft(task.id());
    }
  }

  private int incarnation(String id) {
    // Of a life elsewhere whose beginning was not seen, the registry knows nothing.
    return Math.max(registry.incarnation(id), moves.incarnation(id));
  }
}
