package io.sojourn.node.daemon;

import io.grpc.stub.StreamObserver;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import io.sojourn.node.archive.Archive;
import io.sojourn.node.archive.Brought;
import io.sojourn.node.cluster.Address;
import io.sojourn.node.cluster.Cluster;
import io.sojourn.node.problem.Problems;
import io.sojourn.node.shipping.Shipping;
import io.sojourn.protocol.node.ClusterControlGrpc;
import io.sojourn.protocol.node.ClusterNode;
import io.sojourn.protocol.node.InitClusterRequest;
import io.sojourn.protocol.node.JoinClusterRequest;
import io.sojourn.protocol.node.JoinClusterResponse;
import io.sojourn.protocol.node.JoinTokenResponse;
import io.sojourn.protocol.node.LeaveClusterRequest;
import io.sojourn.protocol.node.LeaveClusterResponse;
import io.sojourn.protocol.node.ListNodesRequest;
import io.sojourn.protocol.node.ListNodesResponse;
import io.sojourn.protocol.node.MakeTokenRequest;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RemoveNodeRequest;
import io.sojourn.protocol.node.RemoveNodeResponse;
import io.sojourn.protocol.node.ShipImageRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The calls of {@code cluster.proto}. Everybody may see the nodes; the rest is root's. */
final class ClusterService extends ClusterControlGrpc.ClusterControlImplBase {
  private final Cluster cluster;
  private final Shipping shipping;
  private final ImageLookup images;
  private final Archive archive;
  private final String name;

  ClusterService(
      Cluster cluster, Shipping shipping, ImageLookup images, Archive archive, String name) {
    this.cluster = cluster;
    this.shipping = shipping;
    this.images = images;
    this.archive = archive;
    this.name = name;
  }

  @Override
  public void initCluster(InitClusterRequest request, StreamObserver<JoinTokenResponse> answer) {
    asRoot(
        answer,
        () ->
            token(
                cluster.init(
                    Address.parse(request.getListen()),
                    address(request.getAdvertise()),
                    Duration.ofMillis(request.getTokenLifetimeMillis()))));
  }

  @Override
  public void makeToken(MakeTokenRequest request, StreamObserver<JoinTokenResponse> answer) {
    asRoot(answer, () -> token(cluster.token(Duration.ofMillis(request.getLifetimeMillis()))));
  }

  private JoinTokenResponse token(Cluster.NewToken token) {
    return JoinTokenResponse.newBuilder()
        .setToken(token.text())
        .setAddress(token.address())
        .setFingerprint(token.fingerprint())
        .setExpiresEpochMillis(token.expires().toEpochMilli())
        .setName(name)
        .build();
  }

  @Override
  public void joinCluster(JoinClusterRequest request, StreamObserver<JoinClusterResponse> answer) {
    asRoot(
        answer,
        () -> {
          cluster.join(
              request.getToken(),
              address(request.getAddress()),
              Address.parse(request.getListen()),
              address(request.getAdvertise()));
          List<ClusterNode> nodes = nodes();
          return JoinClusterResponse.newBuilder()
              .setName(name)
              .setAddress(nodes.get(0).getAddress())
              .addAllNodes(nodes)
              .build();
        });
  }

  @Override
  public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> answer) {
    unary(
        answer,
        () ->
            ListNodesResponse.newBuilder()
                .addAllNodes(nodes())
                .setFingerprint(cluster.fingerprint())
                .setNote(cluster.refused())
                .build());
  }

  @Override
  public void leaveCluster(
      LeaveClusterRequest request, StreamObserver<LeaveClusterResponse> answer) {
    asRoot(
        answer,
        () ->
            LeaveClusterResponse.newBuilder()
                .setName(name)
                .setRevoked(cluster.leave(request.getForce()))
                .build());
  }

  @Override
  public void removeNode(RemoveNodeRequest request, StreamObserver<RemoveNodeResponse> answer) {
    asRoot(
        answer,
        () -> {
          cluster.remove(request.getName());
          return RemoveNodeResponse.newBuilder().setName(request.getName()).build();
        });
  }

  @Override
  public void shipImage(ShipImageRequest request, StreamObserver<OperationEvent> answer) {
    Caller caller = Caller.current();
    EventStream.serve(answer, listener -> ship(request, caller, listener));
  }

  private Shipping.Shipped send(ImageDirectory image, ShipImageRequest request, Report report) {
    try (Brought files = archive.bring(image, report)) {
      return shipping.send(
          files.image(),
          request.getNode(),
          request.getInMemory() ? Shipping.Place.MEMORY : Shipping.Place.DISK,
          report);
    }
  }

  private OperationResult ship(
      ShipImageRequest request, Caller caller, OperationListener listener) {
    return OperationLog.noted(
        "ship",
        request.getImage() + " to " + request.getNode(),
        caller,
        () -> {
          // A user of that number may be somebody else on the other node.
          requireRoot(caller);
          ImageDirectory image = images.findFor(request.getImage(), caller);
          Report report = new Report(listener);
          Shipping.Shipped shipped = send(image, request, report);
          return Results.of(image, report)
              .setImage(shipped.image())
              .setDirectory(shipped.directory())
              .setNode(shipped.node())
              .setWireBytes(shipped.wireBytes())
              .build();
        });
  }

  private List<ClusterNode> nodes() {
    return cluster.nodes().stream()
        .map(
            node ->
                ClusterNode.newBuilder()
                    .setName(node.name())
                    .setAddress(node.facts().getAddress())
                    .setState(node.up() ? ClusterNode.State.UP : ClusterNode.State.UNREACHABLE)
                    .setTasks(node.facts().getTasks())
                    .setLastSeenEpochMillis(node.seenMillis())
                    .setSelf(node.self())
                    .setVersion(node.facts().getVersion())
                    .setKernel(node.facts().getKernel())
                    .setMemoryBytes(node.facts().getMemoryBytes())
                    .setAuthority(node.facts().getAuthority())
                    .setCertificateExpiresEpochMillis(node.expires().toEpochMilli())
                    .build())
        .toList();
  }

  private static Optional<Address> address(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Address.parse(text));
  }

  private static void requireRoot(Caller caller) {
    if (!caller.root())
      throw OperationException.refused("only root may do that", "call it as root: sudo ckpt ...");
  }

  private static <T> void asRoot(StreamObserver<T> answer, Supplier<T> work) {
    Caller caller = Caller.current();
    unary(
        answer,
        () -> {
          requireRoot(caller);
          return work.get();
        });
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
