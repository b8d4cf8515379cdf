package io.sojourn.node.daemon;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.node.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a failure travels: as a status, with a {@link Problem} in its trailer. */
public final class Problems {
  public static final Metadata.Key<Problem> TRAILER =
      Metadata.Key.of(
          "sojourn-problem-bin", ProtoUtils.metadataMarshaller(Problem.getDefaultInstance()));

  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  static StatusRuntimeException statusOf(Throwable failure) {
    if (failure instanceof StatusRuntimeException known) return known;
    Problem problem = of(failure);
    Metadata trailers = new Metadata();
    trailers.put(TRAILER, problem);
    return statusOf(problem.getKind())
        .withDescription(problem.getMessage())
        .asRuntimeException(trailers);
  }

  private static Problem of(Throwable failure) {
    if (failure instanceof OperationException known)
      return Problem.newBuilder()
          .setKind(Problem.Kind.valueOf(known.kind().name()))
          .setMessage(String.valueOf(known.getMessage()))
          .setMend(known.mend())
          .build();
    log.error("unexpected", failure);
    return Problem.newBuilder()
        .setKind(Problem.Kind.FAILED)
        .setMessage("the daemon failed: " + failure)
        .setMend("this is a defect: please report it with the daemon's log")
        .build();
  }

  private static Status statusOf(Problem.Kind kind) {
    return switch (kind) {
      case USAGE -> Status.INVALID_ARGUMENT;
      case NOT_FOUND -> Status.NOT_FOUND;
      case REFUSED -> Status.FAILED_PRECONDITION;
      default -> Status.ABORTED;
    };
  }
}
