package io.sojourn.node.problem;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;

/** What a service throws is the answer, errors of the JVM too: else the caller hears of nothing. */
public class AnsweringListener<Q, A> extends SimpleForwardingServerCallListener<Q> {
  /** Of a server at whose door nothing else is looked at. */
  public static final ServerInterceptor INTERCEPTOR =
      new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
          return new AnsweringListener<>(call, next.startCall(call, headers));
        }
      };

  private final ServerCall<Q, A> call;

  protected AnsweringListener(ServerCall<Q, A> call, ServerCall.Listener<Q> listener) {
    super(listener);
    this.call = call;
  }

  @Override
  public void onMessage(Q message) {
    answered(() -> super.onMessage(message));
  }

  @Override
  public void onHalfClose() {
    answered(super::onHalfClose);
  }

  /** Before it is answered. */
  protected void failed(Throwable failure) {}

  private void answered(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error failure) {
      failed(failure);
      close(call, Problems.statusOf(failure));
    }
  }

  /** Ends a call so; without effect where it has ended. */
  public static void close(ServerCall<?, ?> call, StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    try {
      call.close(failure.getStatus(), trailers == null ? new Metadata() : trailers);
    } catch (IllegalStateException endedAlready) {
      // Then nobody waits for an answer.
    }
  }
}
