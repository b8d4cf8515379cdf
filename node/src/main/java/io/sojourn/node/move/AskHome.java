package io.sojourn.node.move;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.move.FateRequest;
import io.sojourn.protocol.move.FateResponse.Fate;
import io.sojourn.protocol.move.HomesGrpc;
import io.sojourn.protocol.move.TaskLife;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks a task's home what is to become of a life that stands still here. */
final class AskHome {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Function<String, Channel> nodes;

  AskHome(Function<String, Channel> nodes) {
    this.nodes = nodes;
  }

  /** Undecided where home cannot be asked, too. */
  Fate of(TaskLife life, String home) {
    try {
      return ask(life, home, false);
    } catch (StatusRuntimeException | OperationException silent) {
      return Fate.UNDECIDED;
    }
  }

  /** Whether it may begin to run. */
  boolean begins(TaskLife life, String home) {
    return Step.at(home, () -> ask(life, home, true)) == Fate.RUN;
  }

  private Fate ask(TaskLife life, String home, boolean begins) {
    return HomesGrpc.newBlockingStub(nodes.apply(home))
        .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .fate(FateRequest.newBuilder().setLife(life).setBegins(begins).build())
        .getFate();
  }
}
