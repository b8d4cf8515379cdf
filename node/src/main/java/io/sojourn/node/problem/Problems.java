package io.sojourn.node.problem;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.node.Problem;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a failure travels: as a status, with a {@link Problem} in its trailer. */
public final class Problems {
  public static final Metadata.Key<Problem> TRAILER =
      Metadata.Key.of(
          "sojourn-problem-bin", ProtoUtils.metadataMarshaller(Problem.getDefaultInstance()));

  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  /** What {@code answer} carried, if another of ours gave it. */
  public static Optional<OperationException> in(StatusRuntimeException answer) {
    Metadata trailers = answer.getTrailers();
    Problem problem = trailers == null ? null : trailers.get(TRAILER);
    return Optional.ofNullable(problem).map(Problems::exception);
  }

  public static OperationException exception(Problem problem) {
    return switch (problem.getKind()) {
      case USAGE -> OperationException.usage(problem.getMessage(), problem.getMend());
      case NOT_FOUND -> OperationException.notFound(problem.getMessage(), problem.getMend());
      case REFUSED -> OperationException.refused(problem.getMessage(), problem.getMend());
      default -> OperationException.failed(problem.getMessage(), problem.getMend());
    };
  }

  /** How {@code failure} is answered; one that is not ours is noted with its trace. */
  public static StatusRuntimeException statusOf(Throwable failure) {
    if (failure instanceof StatusRuntimeException known) return known;
    Problem problem = of(failure);
    Metadata trailers = new Metadata();
    trailers.put(TRAILER, problem);
    return statusOf(problem.getKind())
        .withDescription(problem.getMessage())
        .asRuntimeException(trailers);
  }

  /** The same as a message; a failure that is not ours is noted with its trace. */
  public static Problem of(Throwable failure) {
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
