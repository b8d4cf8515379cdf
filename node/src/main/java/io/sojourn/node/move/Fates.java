package io.sojourn.node.move;

import io.grpc.stub.StreamObserver;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.move.FateRequest;
import io.sojourn.protocol.move.FateResponse;
import io.sojourn.protocol.move.FateResponse.Fate;
import io.sojourn.protocol.move.HomesGrpc;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Home's word on what becomes of a life that stands still on another node. */
final class Fates extends HomesGrpc.HomesImplBase {
  private final Function<String, Optional<MovedTask>> tasks;

  private final Consumer<String> runsOn;

  /**
   * @param tasks by id
   * @param runsOn called with the id of one that is told to run on there: its image is not needed
   */
  Fates(Function<String, Optional<MovedTask>> tasks, Consumer<String> runsOn) {
    this.tasks = tasks;
    this.runsOn = runsOn;
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
    runsOn.accept(task.id());
    return Fate.RUN;
  }
}
