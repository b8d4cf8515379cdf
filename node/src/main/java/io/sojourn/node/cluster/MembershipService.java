package io.sojourn.node.cluster;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.peer.JoinRequest;
import io.sojourn.protocol.peer.JoinResponse;
import io.sojourn.protocol.peer.MembershipGrpc;
import io.sojourn.protocol.peer.RemoveRequest;
import io.sojourn.protocol.peer.RemoveResponse;
import io.sojourn.protocol.peer.RenewRequest;
import io.sojourn.protocol.peer.RenewResponse;
import io.sojourn.protocol.peer.Rumours;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** What other nodes ask about membership. What throws is the answer: see {@link PeerDoor}. */
final class MembershipService extends MembershipGrpc.MembershipImplBase {
  private static final int SECONDS = 10;

  private final Optional<AuthorityDesk> desk;
  private final Roster roster;
  private final SelfFacts self;
  private final Peers peers;
  private final Consumer<Rumours> hear;

  /**
   * @param hear takes what another node says
   */
  MembershipService(
      Optional<AuthorityDesk> desk,
      Roster roster,
      SelfFacts self,
      Peers peers,
      Consumer<Rumours> hear) {
    this.desk = desk;
    this.roster = roster;
    this.self = self;
    this.peers = peers;
    this.hear = hear;
  }

  @Override
  public void join(JoinRequest request, StreamObserver<JoinResponse> answer) {
    one(
        answer,
        desk.isPresent()
            ? JoinResponse.newBuilder()
                .setCertificate(ByteString.copyFrom(Pem.encoded(desk.orElseThrow().join(request))))
                .setRumours(all())
                .build()
            : atAuthority(node -> node.join(request)));
  }

  @Override
  public void gossip(Rumours rumours, StreamObserver<Rumours> answer) {
    hear.accept(rumours);
    roster.seen(PeerNode.current().name(), System.currentTimeMillis());
    one(answer, Rumours.newBuilder().addNodes(self.facts()).build());
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<RenewResponse> answer) {
    String name = PeerNode.current().name();
    // Only with the key: another node would ask in its own name.
    byte[] certificate =
        Pem.encoded(
            desk.orElseThrow(MembershipService::noKey)
                .renew(request.getCertificateRequest().toByteArray(), name));
    one(
        answer,
        RenewResponse.newBuilder().setCertificate(ByteString.copyFrom(certificate)).build());
  }

  @Override
  public void remove(RemoveRequest request, StreamObserver<RemoveResponse> answer) {
    byte[] revoked =
        desk.orElseThrow(MembershipService::noKey)
            .remove(request.getName(), "node " + PeerNode.current().name());
    Rumours news = Rumours.newBuilder().setRevoked(ByteString.copyFrom(revoked)).build();
    one(answer, RemoveResponse.newBuilder().setRumours(news).build());
    hear.accept(news);
  }

  private Rumours all() {
    return roster.since(0).toBuilder().addNodes(self.facts()).build();
  }

  /** Asks the nodes that have the authority's key, until one answers. */
  <T> T atAuthority(Function<MembershipGrpc.MembershipBlockingStub, T> call) {
    List<String> names = roster.authorities(System.currentTimeMillis());
    OperationException last = noKey();
    for (String name : names) {
      try {
        Channel channel = peers.channel(name);
        return call.apply(
            MembershipGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS));
      } catch (StatusRuntimeException failure) {
        last = PeerFailure.explain(failure, "node " + name + ", which has the authority's key,");
        if (!PeerFailure.passing(failure)) break;
      }
    }
    throw last;
  }

  private static OperationException noKey() {
    return OperationException.refused(
        "no node with the cluster authority's key is known here",
        "ask the node on which ckpt node init was called");
  }

  private static <T> void one(StreamObserver<T> answer, T message) {
    answer.onNext(message);
    answer.onCompleted();
  }
}
