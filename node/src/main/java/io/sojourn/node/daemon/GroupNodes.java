package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.Report;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** On which nodes the tasks of a group are at home. */
final class GroupNodes {
  private final String self;
  private final GroupMembers members;
  private final Errands errands;

  GroupNodes(String self, GroupMembers members, Errands errands) {
    this.self = self;
    this.members = members;
    this.errands = errands;
  }

  String self() {
    return self;
  }

  /**
   * Those that have some which have not ended.
   *
   * @param uid whose
   * @param report is warned of what is not known
   */
  SortedSet<String> of(String group, int uid, Report report) {
    Seen seen = seen(group, uid);
    for (String node : seen.silent())
      report.warn("whether tasks of group " + group + " are on node " + node + " is not known");
    return seen.living();
  }

  /**
   * What is known of them.
   *
   * @param living have some that have not ended
   * @param answering all that answer, this one too
   * @param silent do not
   */
  record Seen(SortedSet<String> living, Set<String> answering, List<String> silent) {}

  Seen seen(String group, int uid) {
    Errands.Known known = errands.withGroup(group, uid);
    SortedSet<String> nodes = new TreeSet<>(known.nodes());
    if (members.here(group, uid)) nodes.add(self);
    Set<String> answering = new HashSet<>(known.answering());
    answering.add(self);
    return new Seen(nodes, answering, known.silent());
  }

  /** Of those, and of these that were not heard of lately and are there all the same. */
  Set<String> answering(Seen seen, Set<String> concerned) {
    Set<String> answering = new HashSet<>(seen.answering());
    for (String node : concerned)
      if (!answering.contains(node) && errands.answers(node)) answering.add(node);
    return answering;
  }

  /** A user of some number may be somebody else on another node. */
  void check(String group, Collection<String> nodes, Caller caller) {
    if (caller.root() || nodes.stream().allMatch(self::equals)) return;
    throw OperationException.refused(
        "tasks of group %s are on several nodes (%s), and a user's number may be somebody else's there"
            .formatted(group, String.join(", ", nodes)),
        "only root may work on them together: sudo ckpt ...");
  }
}
