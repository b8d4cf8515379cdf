package io.sojourn.node.daemon;

import io.sojourn.protocol.image.GroupImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which parts of groups' images other nodes have; each is asked once, when it matters. */
final class GroupParts {
  private final GroupCalls calls;
  private final Map<String, Optional<Set<GroupCalls.Part>>> known = new HashMap<>();

  GroupParts(GroupCalls calls) {
    this.calls = calls;
  }

  /**
   * @param notHere parts of the image that are not in this node's repository
   * @return those that are not in another node's either, or nobody knows
   */
  List<GroupImage.Part> missing(GroupImage image, List<GroupImage.Part> notHere) {
    String name = GroupImages.nameOf(image);
    return notHere.stream()
        .filter(
            part ->
                part.getNode().isEmpty()
                    || !on(part.getNode())
                        .orElse(Set.of())
                        .contains(new GroupCalls.Part(name, part.getImage(), part.getTaskId())))
        .toList();
  }

  /** It was asked, and did not answer. */
  boolean silent(String node) {
    return known.containsKey(node) && on(node).isEmpty();
  }

  private Optional<Set<GroupCalls.Part>> on(String node) {
    return known.computeIfAbsent(node, calls::partsOn);
  }
}
