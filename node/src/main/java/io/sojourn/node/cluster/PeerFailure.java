package io.sojourn.node.cluster;

import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.problem.Problems;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why another node did not answer, in words. */
public final class PeerFailure {
  private PeerFailure() {}

  /**
   * @param who "node b", "10.0.0.7:7077"
   */
  public static OperationException explain(StatusRuntimeException failure, String who) {
    return Problems.in(failure).orElseGet(() -> unexplained(failure, who));
  }

  /** Whether the same call may succeed later, with nothing mended but the way there. */
  public static boolean passing(StatusRuntimeException failure) {
    if (Problems.in(failure).isPresent() || causedBy(failure, CertificateException.class))
      return false;
    return switch (failure.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> true;
      // A connection that closes while a message is on its way: Netty's own exception, as it is.
      default -> causedBy(failure, IOException.class);
    };
  }

  private static boolean causedBy(Throwable failure, Class<? extends Throwable> type) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause())
      if (type.isInstance(cause)) return true;
    return false;
  }

  private static OperationException unexplained(StatusRuntimeException failure, String who) {
    // Handshakes wrap the one in the other: the innermost known says most.
    @Nullable OperationException found = null;
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      OperationException known = known(cause, who);
      if (known != null) found = known;
    }
    if (found != null) return found;
    return OperationException.failed(
        switch (failure.getStatus().getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED -> who + " does not answer";
          case UNIMPLEMENTED -> who + " runs another version of Sojourn";
          default ->
              causedBy(failure, IOException.class)
                  ? "the connection to " + who + " broke"
                  : who + " failed: " + failure.getStatus();
        },
        "see whether its daemon runs (ckpt node status there), and its log",
        failure);
  }

  private static @Nullable OperationException known(Throwable cause, String who) {
    if (cause instanceof CertificateException)
      return OperationException.refused(
          who + " is not believed: " + cause.getMessage(),
          "compare the address and the token with what ckpt node token says there");
    if (cause instanceof ConnectException
        || cause instanceof NoRouteToHostException
        || cause instanceof UnknownHostException)
      return OperationException.failed(
          who + " cannot be reached: " + cause.getMessage(),
          "see whether its daemon runs (ckpt node status there), and what a firewall does");
    if (cause instanceof SSLException)
      return OperationException.failed(
          who + " ended the handshake: " + cause.getMessage(),
          "see the log of its daemon, which says why");
    return null;
  }
}
