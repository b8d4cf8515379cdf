package io.sojourn.node.daemon;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.node.cluster.Cluster;
import io.sojourn.node.cluster.PeerFailure;
import io.sojourn.protocol.errand.ErrandsGrpc;
import io.sojourn.protocol.errand.ErrandsGrpc.ErrandsBlockingStub;
import io.sojourn.protocol.errand.FindRequest;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Takes a command to the node that it is for: what concerns a task is done at its home, wherever it
 * was typed. For root only: a user of some number may be somebody else there.
 */
final class Errands {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Supplier<Cluster> cluster;

  Errands(Supplier<Cluster> cluster) {
    this.cluster = cluster;
  }

  /**
   * Does it here, or where the task is at home.
   *
   * @param here throws "not found" where this node does not know the task
   */
  OperationResult atHome(
      String task,
      Caller caller,
      OperationListener listener,
      Supplier<OperationResult> here,
      Function<ErrandsBlockingStub, Iterator<OperationEvent>> there) {
    try {
      return here.get();
    } catch (OperationException unknown) {
      if (unknown.kind() != OperationException.Kind.NOT_FOUND || !caller.root()) throw unknown;
      String home = home(task).orElseThrow(() -> unknown);
      return at(home, listener, there);
    }
  }

  /** Does it on another node. */
  OperationResult at(
      String node,
      OperationListener listener,
      Function<ErrandsBlockingStub, Iterator<OperationEvent>> errand) {
    try {
      OperationResult result = null;
      for (Iterator<OperationEvent> events = errand.apply(stub(node)); events.hasNext(); ) {
        OperationEvent event = events.next();
        if (event.hasStarted()) listener.phaseStarted(event.getStarted().getName());
        if (event.hasFinished())
          listener.phaseFinished(event.getFinished().getName(), event.getFinished().getMillis());
        if (event.hasProgress())
          listener.progress(event.getProgress().getDone(), event.getProgress().getTotal());
        if (event.hasResult()) result = event.getResult();
      }
      if (result == null) throw new IllegalStateException("node " + node + " gave no result");
      return result;
    } catch (StatusRuntimeException failed) {
      throw PeerFailure.explain(failed, "node " + node);
    }
  }

  ErrandsBlockingStub stub(String node) {
    Channel channel = cluster.get().peers().channel(node);
    return ErrandsGrpc.newBlockingStub(channel);
  }

  /** Names of the other nodes that were heard of lately. */
  List<String> others() {
    return cluster.get().nodes().stream()
        .filter(node -> node.up() && !node.self())
        .map(Cluster.View::name)
        .toList();
  }

  private Optional<String> home(String task) {
    List<String> found = new ArrayList<>();
    try {
      for (String node : others()) if (knows(node, task)) found.add(node);
    } catch (OperationException alone) {
      return Optional.empty();
    }
    if (found.size() > 1)
      throw OperationException.usage(
          "several nodes are the home of a task '" + task + "': " + String.join(", ", found),
          "use its id (ckpt ps there)");
    return found.stream().findFirst();
  }

  /**
   * Which other nodes have tasks of a group.
   *
   * @param nodes have some that have not ended
   * @param answering all that do, whether or not they have some
   * @param silent do not answer
   */
  record Known(List<String> nodes, List<String> answering, List<String> silent) {}

  /** Other nodes that have tasks of a user's group. */
  Known withGroup(String group, int uid) {
    Known known = new Known(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    FindRequest whether = FindRequest.newBuilder().setGroup(group).setUid(uid).build();
    try {
      for (Cluster.View node : cluster.get().nodes()) {
        if (node.self()) continue;
        Optional<Boolean> found = node.up() ? ask(node.name(), whether) : Optional.empty();
        (found.isEmpty() ? known.silent() : known.answering()).add(node.name());
        if (found.orElse(false)) known.nodes().add(node.name());
      }
    } catch (OperationException alone) {
      // There is no other node.
    }
    return known;
  }

  /** Whether a node does when it is asked now. */
  boolean answers(String node) {
    try {
      return ask(node, FindRequest.getDefaultInstance()).isPresent();
    } catch (OperationException unknown) {
      return false;
    }
  }

  private boolean knows(String node, String task) {
    return ask(node, FindRequest.newBuilder().setTask(task).build()).orElse(false);
  }

  private Optional<Boolean> ask(String node, FindRequest request) {
    try {
      return Optional.of(stub(node).withDeadlineAfter(PATIENCE).find(request).getFound());
    } catch (StatusRuntimeException away) {
      return Optional.empty();
    }
  }
}
