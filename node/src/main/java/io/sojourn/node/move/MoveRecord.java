package io.sojourn.node.move;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.linux.Proc;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon must know of a task with a deputy that an earlier one has left.
 *
 * @param node where it is; "" for at home, beside its deputy. Where a process is given, too, it was
 *     about to begin at home: if that process lives, it has begun
 * @param incarnation of the life that it is in, or that is about to begin at home
 * @param first the first process of its pid namespace, where it is or is about to be at home
 * @param firstTicks when that was started: a number may be given again
 * @param keepMillis for how long its connections stay open when it is not heard of; 0: for ever
 * @param agentOptions what the task's agent was told; null: not known
 * @param begins it may have begun on that node; its process, which stands still here, is to become
 *     its deputy
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record MoveRecord(
    String id,
    String name,
    int uid,
    int gid,
    int[] groups,
    String node,
    int incarnation,
    int first,
    long firstTicks,
    long keepMillis,
    @Nullable String agentOptions,
    boolean begins) {

  static MoveRecord of(MovedTask task, String node, int incarnation, int first, long firstTicks) {
    ThreadIdentity user = task.user();
    MovedTask.Away away = task.away();
    return new MoveRecord(
        task.id(),
        task.name(),
        user.uid(),
        user.gid(),
        user.groups(),
        node,
        incarnation,
        first,
        firstTicks,
        away == null ? 0 : away.contact().keepMillis(),
        task.agentOptions(),
        false);
  }

  MoveRecord beginning(boolean yes) {
    return new MoveRecord(
        id,
        name,
        uid,
        gid,
        groups,
        node,
        incarnation,
        first,
        firstTicks,
        keepMillis,
        agentOptions,
        yes);
  }

  ThreadIdentity user() {
    return new ThreadIdentity(uid, gid, groups);
  }

  /** Whether the process at home is there that it tells of. */
  boolean livesHere() {
    return first > 1 && Proc.startTicks(first) == firstTicks && Proc.state(first) != 'Z';
  }

  boolean atHome() {
    return node.isEmpty() || livesHere();
  }

  /** Of the life on the other node, where the one at home has not begun. */
  int lifeThere() {
    return first > 1 ? incarnation - 1 : incarnation;
  }
}
