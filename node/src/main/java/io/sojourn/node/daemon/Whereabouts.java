package io.sojourn.node.daemon;

import io.sojourn.node.move.Moves;
import io.sojourn.protocol.node.Task.State;
import java.util.Optional;

/** Where a task is and whether it lives, as a user is told, and what the user can do about it. */
final class Whereabouts {
  private final Moves moves;

  /**
   * @param moves knows the tasks that are elsewhere, or have a deputy
   */
  Whereabouts(Moves moves) {
    this.moves = moves;
  }

  State state(Task task) {
    if (moves.lost(task.id())) return State.LOST;
    if (moves.silent(task.id())) return State.UNREACHABLE;
    if (task.runs() || moves.whereIs(task.id()).isPresent()) return State.RUNNING;
    if (task.frozen()) return State.FROZEN;
    // Its life elsewhere was given up, and no other has begun.
    return moves.frozen().has(task.id()) ? State.LOST : State.ENDED;
  }

  /** Of a task that does not run here. */
  Optional<String> note(Task task) {
    Optional<String> known = moves.note(task.id());
    if (state(task) != State.LOST) return known;
    String mend =
        task.newest().isPresent()
            ? "run it again from its last image: ckpt restore " + task.id()
            : endIt(task);
    return Optional.of(known.map(note -> note + "; " + mend).orElse(mend));
  }

  /** What can be done about a task that has no image. */
  String withoutImage(Task task) {
    String id = task.id();
    return switch (state(task)) {
      case LOST -> endIt(task) + "; of other tasks make some: ckpt checkpoint TASK --every 5m";
      case UNREACHABLE ->
          "wait for node " + moves.whereIs(id).orElse("") + " (ckpt nodes), or " + endIt(task);
      default ->
          moves.whereIs(id).isPresent()
              ? "bring it home and make one: ckpt migrate %s home; ckpt checkpoint %s"
                  .formatted(id, id)
              : "make one: ckpt checkpoint " + id;
    };
  }

  private String endIt(Task task) {
    return "end what is left of it: kill -9 " + moves.deputyOf(task.id()).orElse(0);
  }
}
