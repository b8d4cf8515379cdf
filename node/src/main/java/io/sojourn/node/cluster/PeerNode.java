package io.sojourn.node.cluster;

import io.grpc.Context;
import java.util.Objects;

/**
 * The node that calls, as its certificate says.
 *
 * @param name unique in the cluster
 */
public record PeerNode(String name) {
  static final Context.Key<PeerNode> CALL = Context.key("sojourn-peer-node");

  /** The one whose call is being served. */
  public static PeerNode current() {
    return Objects.requireNonNull(CALL.get(), "a call without a node");
  }
}
