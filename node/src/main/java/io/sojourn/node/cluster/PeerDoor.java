package io.sojourn.node.cluster;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.problem.AnsweringListener;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.peer.MembershipGrpc;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Lets calls in by the caller's certificate, which is looked at for each anew: a node that was
 * removed a moment ago may still be connected. Without a certificate there is only one call.
 */
final class PeerDoor implements ServerInterceptor {
  private static final String WITHOUT_CERTIFICATE =
      MembershipGrpc.getJoinMethod().getFullMethodName();

  private final Trust trust;
  private final Refusals refusals;
  private final Map<ServerCall<?, ?>, X509Certificate> inside = new ConcurrentHashMap<>();

  PeerDoor(Trust trust, Refusals refusals) {
    this.trust = trust;
    this.refusals = refusals;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    headers.discardAll(PeerNode.HANDED_ON);
    Optional<X509Certificate> shown = certificate(call);
    if (shown.isEmpty()) {
      if (call.getMethodDescriptor().getFullMethodName().equals(WITHOUT_CERTIFICATE))
        return new Answering<>(call, next.startCall(call, headers), why -> note(call, why));
      return refuse(call, "it shows no certificate");
    }
    try {
      PeerNode peer = new PeerNode(trust.check(shown.get()));
      inside.put(call, shown.get());
      Context context = Context.current().withValue(PeerNode.CALL, peer);
      return new Answering<>(call, Contexts.interceptCall(context, call, headers, next), why -> {});
    } catch (CertificateException notBelieved) {
      return refuse(call, String.valueOf(notBelieved.getMessage()));
    }
  }

  /** Ends calls of nodes that have been removed meanwhile. */
  void expel() {
    inside.forEach(
        (call, certificate) -> {
          if (trust.revoked(certificate))
            AnsweringListener.close(call, refusal("the node was removed"));
        });
  }

  private <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String why) {
    note(call, why);
    AnsweringListener.close(call, refusal(why));
    return new ServerCall.Listener<>() {};
  }

  private void note(ServerCall<?, ?> call, String why) {
    refusals.note(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR), why);
  }

  private static StatusRuntimeException refusal(String why) {
    StatusRuntimeException status =
        Problems.statusOf(
            OperationException.refused(
                "the other node refuses this one: " + why,
                "see ckpt nodes there; a removed node can join again: ckpt node leave, then join"));
    return Status.PERMISSION_DENIED.withDescription(why).asRuntimeException(status.getTrailers());
  }

  private static Optional<X509Certificate> certificate(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      return session == null
          ? Optional.empty()
          : Optional.of((X509Certificate) session.getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException none) {
      return Optional.empty();
    }
  }

  private final class Answering<Q, A> extends AnsweringListener<Q, A> {
    private final ServerCall<Q, A> call;
    private final Consumer<String> noted;

    Answering(ServerCall<Q, A> call, ServerCall.Listener<Q> listener, Consumer<String> noted) {
      super(call, listener);
      this.call = call;
      this.noted = noted;
    }

    @Override
    public void onComplete() {
      inside.remove(call);
      super.onComplete();
    }

    @Override
    public void onCancel() {
      inside.remove(call);
      super.onCancel();
    }

    @Override
    protected void failed(Throwable failure) {
      noted.accept(String.valueOf(failure.getMessage()));
    }
  }
}
