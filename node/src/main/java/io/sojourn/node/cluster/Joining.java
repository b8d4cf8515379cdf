package io.sojourn.node.cluster;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.peer.JoinRequest;
import io.sojourn.protocol.peer.JoinResponse;
import io.sojourn.protocol.peer.MembershipGrpc;
import io.sojourn.protocol.peer.Rumours;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** How a node gets in: makes a key, which never leaves it, and has it signed for a token. */
final class Joining {
  private static final int SECONDS = 30;

  /** What it has got. */
  record Joined(NodeKey key, X509Certificate authority, Rumours rumours) {}

  private Joining() {}

  static Joined join(JoinToken token, Address address, String name, Clock clock, Executor workers) {
    KeyPair keys = KeyPairs.make();
    JoinRequest request =
        JoinRequest.newBuilder()
            .setSecret(token.secret())
            .setName(name)
            .setCertificateRequest(ByteString.copyFrom(KeyPairs.request(keys, name)))
            .setEpochMillis(clock.millis())
            .build();
    FirstContact contact = new FirstContact(token.fingerprint());
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    ManagedChannel channel =
        Peers.builder(address, PeerTls.stranger(contact), loop, workers).build();
    try {
      JoinResponse answer =
          MembershipGrpc.newBlockingStub(channel)
              .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
              .join(request);
      X509Certificate certificate = Pem.certificate(answer.getCertificate().toByteArray());
      new Trust(contact.authority(), clock).check(certificate);
      return new Joined(
          new NodeKey(keys.getPrivate(), certificate), contact.authority(), answer.getRumours());
    } catch (StatusRuntimeException failure) {
      throw PeerFailure.explain(failure, address.toString());
    } catch (CertificateException | IllegalArgumentException useless) {
      throw OperationException.failed(
          "the cluster gave a certificate that is none: " + useless.getMessage(),
          "use the same version of Sojourn on all nodes");
    } finally {
      channel.shutdownNow();
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
  }
}
