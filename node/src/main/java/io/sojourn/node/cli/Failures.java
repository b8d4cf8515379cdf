package io.sojourn.node.cli;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.node.Problem;
import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong, and which exit status follows. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private final boolean json;

  Failures(String... args) {
    json = Arrays.asList(args).contains("--json");
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    return say(problemOf(failure), command);
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    return say(
        problem(
            Problem.Kind.USAGE,
            said(failure),
            "see " + command.getCommandSpec().qualifiedName() + " --help"),
        command);
  }

  /** In our words where the mistake is a common one. */
  private static String said(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      String word = unmatched.getUnmatched().get(0);
      boolean top = !failure.getCommandLine().getSubcommands().isEmpty();
      String like =
          unmatched.getSuggestions().isEmpty()
              ? ""
              : "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
      if (word.startsWith("-")) return "there is no option '" + word + "'" + like;
      return (top ? "there is no command '" + word + "'" : "'" + word + "' is one word too many")
          + like;
    }
    return String.valueOf(failure.getMessage());
  }

  private int say(Problem problem, CommandLine command) {
    if (json) {
      JsonText text = new JsonText();
      text.object()
          .object("error")
          .put("kind", problem.getKind().name().toLowerCase(Locale.ROOT))
          .put("message", problem.getMessage())
          .put("mend", problem.getMend())
          .end()
          .end();
      PrintWriter out = command.getOut();
      out.println(text);
      out.flush();
    } else {
      PrintWriter err = command.getErr();
      err.println("ckpt: " + problem.getMessage());
      if (!problem.getMend().isEmpty()) err.println("  mend: " + problem.getMend());
      err.flush();
    }
    return statusOf(problem.getKind());
  }

  static int statusOf(Problem.Kind kind) {
    return switch (kind) {
      case USAGE -> 2;
      case NOT_FOUND -> 3;
      case REFUSED -> 4;
      default -> 1;
    };
  }

  private static Problem problemOf(Exception failure) {
    if (failure instanceof OperationException known)
      return problem(
          Problem.Kind.valueOf(known.kind().name()),
          String.valueOf(known.getMessage()),
          known.mend());
    if (failure instanceof StatusRuntimeException answer) return problemOf(answer);
    return problem(Problem.Kind.FAILED, failure.toString(), "this is a defect: please report it");
  }

  private static Problem problemOf(StatusRuntimeException answer) {
    Metadata trailers = answer.getTrailers();
    Problem problem = trailers == null ? null : trailers.get(Problems.TRAILER);
    if (problem != null) return problem;
    return switch (answer.getStatus().getCode()) {
      case UNAVAILABLE -> unavailable(answer.getStatus().getCause());
      case UNIMPLEMENTED ->
          problem(
              Problem.Kind.REFUSED,
              "the node daemon is of another version",
              "end it and start this one: ckpt node stop; ckpt node start");
      default ->
          problem(
              Problem.Kind.FAILED, "the node daemon failed: " + answer.getStatus(), "see its log");
    };
  }

  private static Problem unavailable(@Nullable Throwable cause) {
    return cause instanceof ConnectException || cause instanceof FileNotFoundException
        ? problem(Problem.Kind.FAILED, "no node daemon answers here", "start it: ckpt node start")
        : problem(
            Problem.Kind.FAILED,
            "the node daemon ended before it answered",
            "see its log, and start it again: ckpt node start");
  }

  private static Problem problem(Problem.Kind kind, String message, String mend) {
    return Problem.newBuilder().setKind(kind).setMessage(message).setMend(mend).build();
  }
}
