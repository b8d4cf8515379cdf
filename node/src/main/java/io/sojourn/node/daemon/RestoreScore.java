package io.sojourn.node.daemon;

import io.sojourn.engine.network.RelocatedEnd;
import io.sojourn.protocol.group.Connection;
import io.sojourn.protocol.group.Connections;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What all nodes do next, when a group is restored. */
final class RestoreScore implements Function<Map<String, Word>, Order> {
  @Override
  public Order apply(Map<String, Word> words) {
    if (!words.values().iterator().next().hasConnections()) return GroupWords.GO_ON;
    List<RelocatedEnd> ends = new ArrayList<>();
    words.forEach(
        (node, word) ->
            word.getConnections().getOwnList().forEach(end -> ends.add(GroupWords.end(end, node))));
    // Each waits for all others.
    long limitMillis =
        words.values().stream().mapToLong(word -> word.getConnections().getLimitMillis()).sum();
    List<Connection> among = RelocatedEnd.among(ends).stream().map(GroupWords::of).toList();
    return Order.newBuilder()
        .setShut(Connections.newBuilder().addAllOwn(among).setLimitMillis(limitMillis))
        .build();
  }
}
