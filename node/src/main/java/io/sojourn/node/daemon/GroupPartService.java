package io.sojourn.node.daemon;

import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.node.group.Exchange;
import io.sojourn.node.group.PartCall;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.group.BeginCheckpoint;
import io.sojourn.protocol.group.BeginRestore;
import io.sojourn.protocol.group.GroupPartsGrpc;
import io.sojourn.protocol.group.ListPartsRequest;
import io.sojourn.protocol.group.ListPartsResponse;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.RemovePartsRequest;
import io.sojourn.protocol.group.RemovePartsResponse;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.node.OperationResult;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's parts in what other nodes conduct. */
final class GroupPartService extends GroupPartsGrpc.GroupPartsImplBase {
  private static final Logger log = LoggerFactory.getLogger(GroupPartService.class);

  private final Supplier<Groups> groups;
  private final Supplier<Supervision> supervision;
  private final ExecutorService workers;

  GroupPartService(
      Supplier<Groups> groups, Supplier<Supervision> supervision, ExecutorService workers) {
    this.groups = groups;
    this.supervision = supervision;
    this.workers = workers;
  }

  @Override
  public StreamObserver<Order> checkpoint(StreamObserver<Word> answer) {
    return call("checkpoint", answer, (order, others) -> checkpoint(order.getCheckpoint(), others));
  }

  private List<OperationResult> checkpoint(BeginCheckpoint order, Exchange others) {
    Report report = new Report(OperationListener.NONE);
    List<OperationResult> done =
        groups.get().part().run(order.getRequest(), order.getUid(), others, report);
    supervision.get().begin(order.getRequest(), done, Caller.onBehalfOf(0));
    return done;
  }

  @Override
  public StreamObserver<Order> restore(StreamObserver<Word> answer) {
    return call("restore", answer, (order, others) -> restore(order.getRestore(), others));
  }

  private List<OperationResult> restore(BeginRestore order, Exchange others) {
    GroupRestores restores = groups.get().restores();
    return restores.here(
        restores.asked(order),
        order.getRequest(),
        order.getWithoutNewcomers(),
        () -> {},
        others,
        new Report(OperationListener.NONE));
  }

  private StreamObserver<Order> call(
      String verb,
      StreamObserver<Word> answer,
      BiFunction<Order, Exchange, List<OperationResult>> work) {
    // Asked now: the orders come in other threads.
    String conductor = PeerNode.current().name();
    return new PartCall(
        conductor,
        answer,
        workers,
        (order, others) -> {
          log.info("part in a {} of a group, for node {}", verb, conductor);
          try {
            return work.apply(order, others);
          } catch (OperationException failed) {
            log.info("part in a {} of a group: {}", verb, failed.getMessage());
            throw failed;
          }
        });
  }

  @Override
  public void listParts(ListPartsRequest request, StreamObserver<ListPartsResponse> answer) {
    answer.onNext(groups.get().images().list());
    answer.onCompleted();
  }

  @Override
  public void removeParts(RemovePartsRequest request, StreamObserver<RemovePartsResponse> answer) {
    try {
      groups.get().removal().here(request.getGroupImage());
      answer.onNext(RemovePartsResponse.getDefaultInstance());
      answer.onCompleted();
    } catch (RuntimeException failed) {
      answer.onError(Problems.statusOf(failed));
    }
  }
}
