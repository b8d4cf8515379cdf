package io.sojourn.node.cluster;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Objects;

/**
 * The node that calls, as its certificate says.
 *
 * @param name unique in the cluster
 */
public record PeerNode(String name) {
  static final Context.Key<PeerNode> CALL = Context.key("sojourn-peer-node");

  /**
   * In the headers of calls that a node's daemon hands on to a process beside it. What comes from
   * other nodes has no such header any more when {@link PeerDoor} has let it in.
   */
  static final Metadata.Key<String> HANDED_ON =
      Metadata.Key.of("sojourn-peer-node", Metadata.ASCII_STRING_MARSHALLER);

  /** For a socket that only the daemon can reach: elsewhere anybody could name any node. */
  public static final ServerInterceptor HANDED_ON_INTERCEPTOR =
      new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
          String name = headers.get(HANDED_ON);
          if (name == null) {
            call.close(Status.UNAUTHENTICATED.withDescription("a call of no node"), new Metadata());
            return new ServerCall.Listener<>() {};
          }
          Context context = Context.current().withValue(CALL, new PeerNode(name));
          return Contexts.interceptCall(context, call, headers, next);
        }
      };

  /** The one whose call is being served. */
  public static PeerNode current() {
    return Objects.requireNonNull(CALL.get(), "a call without a node");
  }

  /** Headers for a call that is handed on for this node, and nothing else that it has sent. */
  public Metadata handedOn() {
    Metadata headers = new Metadata();
    headers.put(HANDED_ON, name);
    return headers;
  }
}
