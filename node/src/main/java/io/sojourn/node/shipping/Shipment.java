package io.sojourn.node.shipping;

import io.sojourn.engine.operation.OperationException;
import java.time.Duration;

/**
 * What is to be sent, and where to.
 *
 * @param inMemory keep it in the other node's memory
 * @param digested its manifest has digests, which the other node compares
 * @param patience how long a broken link may stay broken
 */
record Shipment(
    String node,
    String image,
    String task,
    String taskId,
    boolean inMemory,
    boolean digested,
    Duration patience) {

  static final Duration PATIENCE = Duration.ofSeconds(60);

  OperationException givenUp(OperationException last) {
    return OperationException.failed(
        "image %s could not be sent to node %s: %s, for %d s"
            .formatted(image, node, last.getMessage(), patience.toSeconds()),
        last.mend(),
        last);
  }
}
