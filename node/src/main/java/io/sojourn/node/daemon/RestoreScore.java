package io.sojourn.node.daemon;

import io.sojourn.engine.network.GroupConnections;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Word;
import java.util.Map;
import java.util.function.Function;

/** What all nodes do next, when a group is restored. */
final class RestoreScore implements Function<Map<String, Word>, Order> {
  @Override
  public Order apply(Map<String, Word> words) {
    if (!words.values().iterator().next().hasConnections()) return GroupWords.GO_ON;
    GroupConnections all =
        GroupConnections.of(
            words.values().stream().map(word -> GroupWords.ends(word.getConnections())).toList());
    // Each waits for all others.
    long limitMillis =
        words.values().stream().mapToLong(word -> word.getConnections().getLimitMillis()).sum();
    return Order.newBuilder()
        .setShut(GroupWords.of(all.among()).toBuilder().setLimitMillis(limitMillis))
        .build();
  }
}
