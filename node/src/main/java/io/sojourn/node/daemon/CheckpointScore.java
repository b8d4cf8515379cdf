package io.sojourn.node.daemon;

import io.sojourn.engine.network.GroupConnections;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Tasks;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.image.GroupImage;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** What all nodes do next, when an image of a group is made. */
final class CheckpointScore implements Function<Map<String, Word>, Order> {
  /** Named, ready, held, shut, dumped, stored. */
  private static final int STEPS = 6;

  private final String group;
  private final Consumer<List<GroupImage.Part>> check;
  private GroupImage image = GroupImage.getDefaultInstance();
  private boolean unsettled;
  private int steps;

  /**
   * @param check refuses an image of these tasks
   */
  CheckpointScore(String group, Consumer<List<GroupImage.Part>> check) {
    this.group = group;
    this.check = check;
  }

  /** The image that is being made, once its parts are known. */
  GroupImage image() {
    return image;
  }

  /** Whether the nodes were told that all parts are stored, and so keep theirs. */
  boolean kept() {
    return steps == STEPS;
  }

  /** Whether it failed for what is over in a moment. */
  boolean unsettled() {
    return unsettled;
  }

  @Override
  public Order apply(Map<String, Word> words) {
    steps++;
    Word any = words.values().iterator().next();
    if (any.hasTasks()) return named(words);
    return any.hasConnections() ? shut(words) : GroupWords.GO_ON;
  }

  private Order named(Map<String, Word> words) {
    GroupImage.Builder all = GroupImage.newBuilder().setGroup(group);
    words.forEach((node, word) -> add(all, node, word.getTasks(), words.size() > 1));
    check.accept(all.getPartsList());
    image = all.build();
    return Order.newBuilder().setImage(image).build();
  }

  private static void add(GroupImage.Builder all, String node, Tasks here, boolean several) {
    all.setNumber(Math.max(all.getNumber(), here.getNextNumber()));
    for (GroupImage.Part part : here.getPartsList())
      all.addParts(several ? part.toBuilder().setNode(node).build() : part);
  }

  private Order shut(Map<String, Word> words) {
    GroupConnections all =
        GroupConnections.of(
            words.values().stream().map(word -> GroupWords.ends(word.getConnections())).toList());
    all.unsettled()
        .ifPresent(
            why -> {
              unsettled = true;
              throw OperationException.failed(why, "try once more");
            });
    return Order.newBuilder().setShut(GroupWords.of(all.among())).build();
  }
}
