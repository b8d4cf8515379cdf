package io.sojourn.node.daemon;

import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.errand.ErrandsGrpc;
import io.sojourn.protocol.errand.FindRequest;
import io.sojourn.protocol.errand.FindResponse;
import io.sojourn.protocol.node.DrainEvent;
import io.sojourn.protocol.node.DrainRequest;
import io.sojourn.protocol.node.MigrateRequest;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.RestoreRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands that were typed on another node, by its root. */
final class ErrandService extends ErrandsGrpc.ErrandsImplBase {
  private static final Logger log = LoggerFactory.getLogger(ErrandService.class);
  private static final Caller ROOT = new Caller(0, 0);

  /** What they come down to. */
  record Work(
      TaskLookup tasks,
      GroupMembers groups,
      Migrations migrations,
      Restores restores,
      Drains drains) {}

  private final java.util.function.Supplier<Work> work;

  ErrandService(java.util.function.Supplier<Work> work) {
    this.work = work;
  }

  @Override
  public void find(FindRequest request, StreamObserver<FindResponse> answer) {
    boolean found;
    if (!request.getGroup().isEmpty()) {
      found = work.get().groups().here(request.getGroup(), request.getUid());
      answer.onNext(FindResponse.newBuilder().setFound(found).build());
      answer.onCompleted();
      return;
    }
    try {
      found = !work.get().tasks().find(request.getTask(), ROOT).id().isEmpty();
    } catch (OperationException none) {
      found = none.kind() == OperationException.Kind.USAGE;
    }
    answer.onNext(FindResponse.newBuilder().setFound(found).build());
    answer.onCompleted();
  }

  @Override
  public void migrate(MigrateRequest request, StreamObserver<OperationEvent> answer) {
    noted("migrate " + request.getTask());
    EventStream.serve(answer, listener -> work.get().migrations().run(request, ROOT, listener));
  }

  @Override
  public void restore(RestoreRequest request, StreamObserver<OperationEvent> answer) {
    noted("restore " + request.getTarget());
    EventStream.serve(answer, listener -> work.get().restores().run(request, ROOT, listener));
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainEvent> answer) {
    noted("drain");
    try {
      work.get().drains().run(request.getUndo(), answer::onNext);
      answer.onCompleted();
    } catch (RuntimeException failed) {
      answer.onError(Problems.statusOf(failed));
    }
  }

  private static void noted(String errand) {
    log.info("{}, for node {}", errand, PeerNode.current().name());
  }
}
