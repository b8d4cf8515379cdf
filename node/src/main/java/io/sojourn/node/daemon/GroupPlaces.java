package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.group.Place;
import io.sojourn.protocol.image.GroupImage;
import io.sojourn.protocol.lives.LifeClaim;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** On which nodes the tasks of a group's image are to live, and on which they have lived. */
final class GroupPlaces {
  /**
   * @param lived the node that has its last life
   * @param claimed the number of that, where it was claimed; 0
   */
  private record Member(GroupImage.Part part, String lived, int claimed, String now) {
    Member on(String node) {
      return new Member(part, lived, claimed, node);
    }

    boolean moves() {
      return !now.equals(lived);
    }
  }

  private final String image;
  private final List<Member> members;

  private GroupPlaces(String image, List<Member> members) {
    this.image = image;
    this.members = members;
  }

  /**
   * @param origins the nodes of the parts, by the tasks' ids
   * @param claims of tasks that were brought to other nodes before
   * @param wanted "NODE", "TASK=NODE" or "NODE=OTHER"; what names a task counts more than what
   *     names a node, and that more than what names none
   */
  static GroupPlaces of(
      GroupImage image,
      Map<String, String> origins,
      Map<String, LifeClaim> claims,
      Collection<String> wanted) {
    List<Member> members = new ArrayList<>();
    for (GroupImage.Part part : image.getPartsList()) {
      LifeClaim claim = claims.getOrDefault(part.getTaskId(), LifeClaim.getDefaultInstance());
      String lived =
          claim.getNode().isEmpty()
              ? origins.getOrDefault(part.getTaskId(), part.getNode())
              : claim.getNode();
      members.add(new Member(part, lived, claim.getNumber(), lived));
    }
    GroupPlaces places = new GroupPlaces(GroupImages.nameOf(image), members);
    Map<String, String> all = new LinkedHashMap<>(), nodes = new LinkedHashMap<>();
    Map<String, String> tasks = new LinkedHashMap<>();
    for (String one : wanted) {
      int equals = one.indexOf('=');
      String who = equals < 0 ? "" : one.substring(0, equals), node = one.substring(equals + 1);
      if (node.isEmpty() || equals == 0)
        throw OperationException.usage(
            "'" + one + "' names no place", "write --on NODE, --on TASK=NODE or --on NODE=OTHER");
      (who.isEmpty() ? all : places.isTask(who) ? tasks : nodes).put(who, node);
    }
    all.values().forEach(node -> places.put(member -> true, node));
    nodes.forEach((from, node) -> places.putAll(from, node));
    tasks.forEach((task, node) -> places.put(member -> called(member, task), node));
    return places;
  }

  private boolean isTask(String text) {
    return members.stream().anyMatch(member -> called(member, text));
  }

  private static boolean called(Member member, String text) {
    return member.part.getTask().equals(text) || member.part.getTaskId().equals(text);
  }

  private void putAll(String from, String node) {
    if (members.stream().noneMatch(member -> member.lived.equals(from)))
      throw OperationException.usage(
          "in image %s is no task '%s', and none has lived on a node '%s'"
              .formatted(image, from, from),
          "its tasks: "
              + members.stream()
                  .map(member -> member.part.getTask() + " on " + member.lived)
                  .collect(Collectors.joining(", ")));
    put(member -> member.lived.equals(from), node);
  }

  private void put(Predicate<Member> which, String node) {
    members.replaceAll(member -> which.test(member) ? member.on(node) : member);
  }

  /** By the tasks' ids. */
  Map<String, Place> all() {
    return members.stream()
        .collect(
            Collectors.toMap(
                member -> member.part.getTaskId(),
                member ->
                    Place.newBuilder().setNode(member.now).setClaimed(member.claimed).build()));
  }

  /** Those that are to have some of the tasks. */
  Set<String> now() {
    return members.stream().map(Member::now).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Those that have had some of them. */
  Set<String> before() {
    return members.stream().map(Member::lived).collect(Collectors.toCollection(TreeSet::new));
  }

  /** Both. */
  Set<String> concerned() {
    Set<String> both = before();
    both.addAll(now());
    return both;
  }

  /** Whether a task is to live there. */
  boolean comes(GroupImage.Part part, String node) {
    return members.stream().anyMatch(member -> member.part.equals(part) && member.now.equals(node));
  }

  /**
   * Refuses where a node that has to do with it does not answer.
   *
   * @param answer those that do
   * @param giveUp what has lived on one that does not is given up
   */
  void refuseSilent(Set<String> answer, boolean giveUp) {
    for (Member member : members) {
      if (!member.moves() && !answer.contains(member.now))
        throw OperationException.refused(
            "node %s, where task %s of image %s has lived, does not answer"
                .formatted(member.now, member.part.getTask(), image),
            "wait for it (ckpt nodes); or, if it is lost for good: --on %s=NODE --give-up"
                .formatted(member.now));
      if (!answer.contains(member.now))
        throw OperationException.refused(
            "node " + member.now + " does not answer, or is none of this cluster",
            "see ckpt nodes; or choose another: --on");
      if (member.moves() && !answer.contains(member.lived) && !giveUp)
        throw OperationException.refused(
            "node %s does not answer, and these may live there: %s"
                .formatted(member.lived, tasksOn(member.lived)),
            "wait for it (ckpt nodes); or, if it is lost for good: --give-up. Should it come back,"
                + " it ends what it has of them");
    }
  }

  private String tasksOn(String node) {
    return members.stream()
        .filter(member -> member.lived.equals(node))
        .map(member -> member.part.getTask())
        .collect(Collectors.joining(", "));
  }
}
