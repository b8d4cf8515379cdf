package io.sojourn.node.daemon;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.DrainEvent;
import io.sojourn.protocol.node.DrainRequest;
import io.sojourn.protocol.node.EndScheduleRequest;
import io.sojourn.protocol.node.EndScheduleResponse;
import io.sojourn.protocol.node.EndSupervisionRequest;
import io.sojourn.protocol.node.EndSupervisionResponse;
import io.sojourn.protocol.node.GetNodeRequest;
import io.sojourn.protocol.node.GetNodeResponse;
import io.sojourn.protocol.node.InspectImageRequest;
import io.sojourn.protocol.node.InspectImageResponse;
import io.sojourn.protocol.node.ListImagesRequest;
import io.sojourn.protocol.node.ListImagesResponse;
import io.sojourn.protocol.node.ListRolledBackRequest;
import io.sojourn.protocol.node.ListRolledBackResponse;
import io.sojourn.protocol.node.ListTasksRequest;
import io.sojourn.protocol.node.ListTasksResponse;
import io.sojourn.protocol.node.MigrateRequest;
import io.sojourn.protocol.node.NodeControlGrpc;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.RemoveImageRequest;
import io.sojourn.protocol.node.RemoveImageResponse;
import io.sojourn.protocol.node.RepositoryRequest;
import io.sojourn.protocol.node.RepositoryResponse;
import io.sojourn.protocol.node.RestoreRequest;
import io.sojourn.protocol.node.VerifyImageRequest;
import java.util.List;
import java.util.function.Supplier;

/** The calls of {@code node.proto}: each is handed to who knows how. */
final class NodeService extends NodeControlGrpc.NodeControlImplBase {
  private final Supplier<GetNodeResponse> node;
  private final TaskLookup tasks;
  private final TaskList list;
  private final Schedules schedules;
  private final Supervision checkpoints;
  private final Restores restores;
  private final Migrations migrations;
  private final Groups groups;
  private final Errands errands;
  private final Drains drains;
  private final ImageCalls images;
  private final RolledBackCalls rolledBack;
  private final RepositoryCalls repository;

  NodeService(
      Supplier<GetNodeResponse> node,
      TaskLookup tasks,
      TaskList list,
      Schedules schedules,
      Supervision checkpoints,
      Restores restores,
      Migrations migrations,
      Groups groups,
      Errands errands,
      Drains drains,
      ImageCalls images,
      RolledBackCalls rolledBack,
      RepositoryCalls repository) {
    this.node = node;
    this.tasks = tasks;
    this.list = list;
    this.schedules = schedules;
    this.checkpoints = checkpoints;
    this.restores = restores;
    this.migrations = migrations;
    this.groups = groups;
    this.errands = errands;
    this.drains = drains;
    this.images = images;
    this.rolledBack = rolledBack;
    this.repository = repository;
  }

  @Override
  public void getNode(GetNodeRequest request, StreamObserver<GetNodeResponse> answer) {
    unary(answer, node);
  }

  @Override
  public void listTasks(ListTasksRequest request, StreamObserver<ListTasksResponse> answer) {
    Caller caller = Caller.current();
    unary(
        answer,
        () ->
            list.of(
                request.getTask().isEmpty()
                    ? tasks.visible(caller)
                    : List.of(tasks.find(request.getTask(), caller))));
  }

  @Override
  public void checkpoint(CheckpointRequest request, StreamObserver<OperationEvent> answer) {
    Caller caller = Caller.current();
    EventStream.serve(
        answer,
        listener ->
            request.getGroup().isEmpty()
                ? checkpoints.run(request, caller, listener)
                : checkpoints.run(request, groups, caller, listener));
  }

  @Override
  public void endSchedule(EndScheduleRequest request, StreamObserver<EndScheduleResponse> answer) {
    Caller caller = Caller.current();
    unary(
        answer,
        () ->
            request.getGroup().isEmpty()
                ? schedules.end(request, caller)
                : groups.schedules().end(request, groups.members().of(request.getGroup(), caller)));
  }

  @Override
  public void endSupervision(
      EndSupervisionRequest request, StreamObserver<EndSupervisionResponse> answer) {
    Caller caller = Caller.current();
    unary(
        answer,
        () ->
            request.getGroup().isEmpty()
                ? checkpoints.end(request, caller)
                : checkpoints.end(request, groups.members().of(request.getGroup(), caller)));
  }

  @Override
  public void restore(RestoreRequest request, StreamObserver<OperationEvent> answer) {
    Caller caller = Caller.current();
    if (!request.getGroup().isEmpty()) {
      EventStream.serve(answer, listener -> groups.restores().run(request, caller, listener));
      return;
    }
    EventStream.serve(
        answer,
        listener ->
            errands.atHome(
                request.getTarget(),
                caller,
                listener,
                () -> restores.run(request, caller, listener),
                home -> home.restore(request)));
  }

  @Override
  public void migrate(MigrateRequest request, StreamObserver<OperationEvent> answer) {
    Caller caller = Caller.current();
    EventStream.serve(
        answer,
        listener ->
            errands.atHome(
                request.getTask(),
                caller,
                listener,
                () -> migrations.run(request, caller, listener),
                home -> home.migrate(request)));
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainEvent> answer) {
    Caller caller = Caller.current();
    // A caller who has gone away changes nothing.
    ((ServerCallStreamObserver<DrainEvent>) answer).setOnCancelHandler(() -> {});
    try {
      if (!caller.root())
        throw OperationException.refused(
            "only root may empty a node", "call it as root: sudo ckpt ...");
      drains.run(request, answer::onNext);
      answer.onCompleted();
    } catch (RuntimeException failure) {
      answer.onError(Problems.statusOf(failure));
    }
  }

  @Override
  public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> answer) {
    Caller caller = Caller.current();
    unary(answer, () -> images.list(request.getTask(), caller));
  }

  @Override
  public void listRolledBack(
      ListRolledBackRequest request, StreamObserver<ListRolledBackResponse> answer) {
    Caller caller = Caller.current();
    unary(answer, () -> rolledBack.list(request.getTask(), caller));
  }

  @Override
  public void inspectImage(
      InspectImageRequest request, StreamObserver<InspectImageResponse> answer) {
    Caller caller = Caller.current();
    unary(answer, () -> images.inspect(request.getImage(), caller));
  }

  @Override
  public void verifyImage(VerifyImageRequest request, StreamObserver<OperationEvent> answer) {
    Caller caller = Caller.current();
    EventStream.serve(answer, listener -> images.verify(request.getImage(), caller, listener));
  }

  @Override
  public void removeImage(RemoveImageRequest request, StreamObserver<RemoveImageResponse> answer) {
    Caller caller = Caller.current();
    unary(
        answer,
        () ->
            rolledBack
                .remove(request.getImage(), caller)
                .orElseGet(() -> images.remove(request.getImage(), request.getForce(), caller)));
  }

  @Override
  public void workOnRepository(
      RepositoryRequest request, StreamObserver<RepositoryResponse> answer) {
    Caller caller = Caller.current();
    unary(answer, () -> repository.run(request, caller));
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
