package io.sojourn.node.daemon;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.Cluster;
import io.sojourn.protocol.group.GroupPartsGrpc;
import io.sojourn.protocol.group.ListPartsRequest;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.RemovePartsRequest;
import io.sojourn.protocol.group.Word;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Asks other nodes for their parts in what is done with a group. */
final class GroupCalls {
  /**
   * A part of a group's image.
   *
   * @param groupImage "sim@3"
   */
  record Part(String groupImage, String image, String taskId) {}

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Supplier<Cluster> cluster;

  GroupCalls(Supplier<Cluster> cluster) {
    this.cluster = cluster;
  }

  StreamObserver<Order> checkpoint(String node, StreamObserver<Word> words) {
    return GroupPartsGrpc.newStub(cluster.get().peers().channel(node)).checkpoint(words);
  }

  StreamObserver<Order> restore(String node, StreamObserver<Word> words) {
    return GroupPartsGrpc.newStub(cluster.get().peers().channel(node)).restore(words);
  }

  /** Those that a node has; empty where it does not answer. */
  Optional<Set<Part>> partsOn(String node) {
    try {
      return Optional.of(
          stub(node).listParts(ListPartsRequest.getDefaultInstance()).getPartsList().stream()
              .map(part -> new Part(part.getGroupImage(), part.getImage(), part.getTaskId()))
              .collect(Collectors.toSet()));
    } catch (StatusRuntimeException | OperationException away) {
      return Optional.empty();
    }
  }

  /** The newest image of a group of which another node has parts. */
  record Newest(String node, int number) {}

  /** As far as those know that were heard of lately; empty where there is none. */
  Optional<Newest> newestElsewhere(String group) {
    try {
      return cluster.get().nodes().stream()
          .filter(node -> node.up() && !node.self())
          .flatMap(node -> newestOn(node.name(), group).stream())
          .max(Comparator.comparingInt(Newest::number));
    } catch (OperationException alone) {
      return Optional.empty();
    }
  }

  private Optional<Newest> newestOn(String node, String group) {
    String begin = group + "@";
    return partsOn(node).orElse(Set.of()).stream()
        .map(Part::groupImage)
        .filter(image -> image.startsWith(begin))
        .map(image -> new Newest(node, Integer.parseInt(image.substring(begin.length()))))
        .max(Comparator.comparingInt(Newest::number));
  }

  /**
   * @throws OperationException it cannot be reached
   */
  void removeParts(String node, String groupImage) {
    try {
      var unused =
          stub(node).removeParts(RemovePartsRequest.newBuilder().setGroupImage(groupImage).build());
    } catch (StatusRuntimeException failed) {
      throw io.sojourn.node.cluster.PeerFailure.explain(failed, "node " + node);
    }
  }

  private GroupPartsGrpc.GroupPartsBlockingStub stub(String node) {
    return GroupPartsGrpc.newBlockingStub(cluster.get().peers().channel(node))
        .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
