package io.sojourn.node.move;

import io.grpc.stub.StreamObserver;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.move.FateRequest;
import io.sojourn.protocol.move.FateResponse;
import io.sojourn.protocol.move.FateResponse.Fate;
import io.sojourn.protocol.move.HomesGrpc;
import java.util.Optional;
import java.util.function.Function;

/** Home's word on what becomes of a life that stands still on another node. */
final class Fates extends HomesGrpc.HomesImplBase {
  private final Function<String, Optional<MovedTask>> tasks;

  /**
   * @param tasks by id
   */
  Fates(Function<String, Optional<MovedTask>> tasks) {
    this.tasks = tasks;
  }

  @Override
  public void fate(FateRequest request, StreamObserver<FateResponse> answer) {
    try {
      answer.onNext(FateResponse.newBuilder().setFate(of(request)).build());
      answer.onCompleted();
    } catch (RuntimeException failed) {
      answer.onError(Problems.statusOf(failed));
    }
  }

  private Fate of(FateRequest request) {
    MovedTask task = tasks.apply(request.getLife().getTask()).orElse(null);
    MovedTask.Away away = task == null ? null : task.away();
    if (task == null
        || away == null
        || task.over()
        || task.incarnation() != request.getLife().getIncarnation()
        || !away.node().equals(PeerNode.current().name())) return Fate.LEAVE;
    if (request.getBegins()) return away.start().begins() ? Fate.RUN : Fate.LEAVE;
    if (task.isOnItsWay()) return Fate.UNDECIDED;
    return Fate.RUN;
  }
}
