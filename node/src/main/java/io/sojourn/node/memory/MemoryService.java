package io.sojourn.node.memory;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.protocol.memory.FetchRequest;
import io.sojourn.protocol.memory.TaskMemoryGrpc;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.protocol.peer.Piece;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** Home's side: gives the memory of a life to the node that it was given to, and to none else. */
public final class MemoryService extends TaskMemoryGrpc.TaskMemoryImplBase {
  private record Lent(String node, HeldMemory memory) {}

  private final Map<TaskLife, Lent> lent = new ConcurrentHashMap<>();
  private final Executor workers;

  /**
   * @param workers read and pack
   */
  public MemoryService(Executor workers) {
    this.workers = workers;
  }

  public void give(TaskLife life, String node, HeldMemory memory) {
    lent.put(life, new Lent(node, memory));
  }

  public void takeBack(TaskLife life) {
    lent.remove(life);
  }

  /** That life has ended, and needs nothing more. */
  public void ended(TaskLife life) {
    Lent found = lent.get(life);
    if (found != null) found.memory().done();
  }

  /** How much of a task's memory is still to follow it; empty where none is. */
  public OptionalLong left(String task) {
    return lent.entrySet().stream()
        .filter(entry -> entry.getKey().getTask().equals(task))
        .mapToLong(entry -> entry.getValue().memory().left())
        .findFirst();
  }

  @Override
  public StreamObserver<FetchRequest> fetch(StreamObserver<Piece> answer) {
    // Asked now: the requests come in other threads.
    String node = PeerNode.current().name();
    return new Lending(life -> find(life, node), workers, (ServerCallStreamObserver<Piece>) answer);
  }

  private HeldMemory find(TaskLife life, String node) {
    Lent found = lent.get(life);
    if (found == null || !found.node().equals(node))
      throw Status.PERMISSION_DENIED
          .withDescription(
              "the memory of life %d of task %s is not here for node %s"
                  .formatted(life.getIncarnation(), life.getTask(), node))
          .asRuntimeException();
    return found.memory();
  }
}
