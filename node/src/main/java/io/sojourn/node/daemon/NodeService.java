package io.sojourn.node.daemon;

import io.grpc.stub.StreamObserver;
import io.sojourn.protocol.node.GetNodeRequest;
import io.sojourn.protocol.node.GetNodeResponse;
import io.sojourn.protocol.node.ListTasksRequest;
import io.sojourn.protocol.node.ListTasksResponse;
import io.sojourn.protocol.node.NodeControlGrpc;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** The calls of {@code node.proto}: each finds what is meant and hands it on. */
final class NodeService extends NodeControlGrpc.NodeControlImplBase {
  private final NodeConfig config;
  private final TaskLookup tasks;
  private final TaskList list;

  NodeService(NodeConfig config, TaskLookup tasks, TaskList list) {
    this.config = config;
    this.tasks = tasks;
    this.list = list;
  }

  @Override
  public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> answer) {
    unary(
        answer,
        () ->
            GetNodeResponse.newBuilder()
                .setName(config.nodeName())
                .setVersion(
                    Objects.requireNonNullElse(
                        NodeService.class.getPackage().getImplementationVersion(), ""))
                .setPid((int) ProcessHandle.current().pid())
                .setStateDir(config.stateDirectory().toString())
                .build());
  }

  @Override
  public void listTasks(ListTasksRequest request, StreamObserver<ListTasksResponse> answer) {
    unary(
        answer,
        () ->
            list.of(
                request.getTask().isEmpty()
                    ? tasks.visible(Caller.current())
                    : List.of(tasks.find(request.getTask(), Caller.current()))));
  }

  private static <T> void unary(StreamObserver<T> answer, Supplier<T> work) {
    try {
      answer.onNext(work.get());
      answer.onCompleted();
    } catch (RuntimeException failure) {
      answer.onError(Problems.statusOf(failure));
    }
  }
}
