package io.sojourn.node.daemon;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Objects;

/**
 * Who calls, as the kernel knows it: the credentials that a process had when it connected
 * (SO_PEERCRED, unix(7)).
 */
record Caller(int uid, int pid) {
  /** On the connection. */
  static final Attributes.Key<Caller> CONNECTION = Attributes.Key.create("sojourn-caller");

  private static final Context.Key<Caller> CALL = Context.key("sojourn-caller");

  /** Hands the connection's caller on to each of its calls. */
  static final ServerInterceptor INTERCEPTOR =
      new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
          Context context = Context.current().withValue(CALL, call.getAttributes().get(CONNECTION));
          return Contexts.interceptCall(context, call, headers, next);
        }
      };

  /** The one whose call is being served. */
  static Caller current() {
    return Objects.requireNonNull(CALL.get(), "a call without peer credentials");
  }

  boolean root() {
    return uid == 0;
  }

  /** Root may do everything, others what concerns their own tasks. */
  boolean may(int ownerUid) {
    return root() || uid == ownerUid;
  }
}
