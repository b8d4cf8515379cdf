package io.sojourn.node.move;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.sojourn.engine.files.ThreadIdentity;

/**
 * What a daemon must know of a task with a deputy that an earlier one has left.
 *
 * @param node where it is; "" for at home, beside its deputy
 * @param incarnation of the life that it is in
 * @param first the first process of its pid namespace, where it is at home
 * @param firstTicks when that was started: a number may be given again
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
    long firstTicks) {

  static MoveRecord of(MovedTask task, String node, int first, long firstTicks) {
    ThreadIdentity user = task.user();
    return new MoveRecord(
        task.id(),
        task.name(),
        user.uid(),
        user.gid(),
        user.groups(),
        node,
        task.incarnation(),
        first,
        firstTicks);
  }

  ThreadIdentity user() {
    return new ThreadIdentity(uid, gid, groups);
  }

  boolean atHome() {
    return node.isEmpty();
  }
}
