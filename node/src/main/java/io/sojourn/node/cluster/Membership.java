package io.sojourn.node.cluster;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.netty.channel.EventLoopGroup;
import io.sojourn.protocol.peer.RemoveRequest;
import io.sojourn.protocol.peer.RenewRequest;
import io.sojourn.protocol.peer.Rumours;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node, being one of a cluster: it is reachable by the others, and reaches them. */
public final class Membership implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Membership.class);
  private static final Duration RENEW_AGAIN = Duration.ofMinutes(1);

  /**
   * What the daemon provides.
   *
   * @param loops what is heard from other nodes is heard there; they stay the daemon's
   * @param services for other nodes, besides membership
   * @param tasks how many there are here
   */
  public record Surroundings(
      String version,
      Clock clock,
      EventLoopGroup loops,
      ExecutorService workers,
      List<BindableService> services,
      IntSupplier tasks) {}

  private final ClusterDirectory directory;
  private final Surroundings around;
  private final Settings settings;
  private final Trust trust;
  private final Credentials credentials;
  private final Optional<AuthorityDesk> desk;
  private final EventLoopGroup loops;
  private final Roster roster;
  private final SelfFacts self;
  private final Peers peers;
  private final MembershipService service;
  private final PeerServer server;
  private final Heartbeat heartbeat;
  private Instant renewFrom = Instant.MIN;

  /** From what its directory holds; answers other nodes when this returns. */
  Membership(ClusterDirectory directory, Surroundings around) {
    this.directory = directory;
    this.around = around;
    loops = around.loops();
    settings = directory.read(ClusterDirectory.SETTINGS, Settings.class).orElseThrow();
    X509Certificate authority =
        Pem.certificate(directory.text(ClusterDirectory.AUTHORITY).orElseThrow());
    trust = new Trust(authority, around.clock());
    credentials = new Credentials(NodeKey.read(directory), authority);
    desk = AuthorityDesk.open(directory, authority, around.clock());
    roster = Roster.open(settings.name(), directory, trust);
    Address advertise = Address.parse(settings.advertise());
    self =
        new SelfFacts(around.version(), advertise, desk.isPresent(), credentials, around.tasks());
    peers = new Peers(roster, credentials, trust, loops, around.workers());
    service = new MembershipService(desk, roster, self, peers, this::hear);
    List<BindableService> services = new ArrayList<>(around.services());
    services.add(service);
    server =
        PeerServer.open(
            Address.parse(settings.listen()),
            credentials,
            trust,
            loops,
            around.workers(),
            services);
    heartbeat = new Heartbeat(roster, self, peers, this::hear, this::renewWhenDue);
    heartbeat.start();
    log.info("node {} is reached by others at {}", settings.name(), advertise);
  }

  Settings settings() {
    return settings;
  }

  Optional<AuthorityDesk> desk() {
    return desk;
  }

  Peers peers() {
    return peers;
  }

  Roster roster() {
    return roster;
  }

  SelfFacts self() {
    return self;
  }

  X509Certificate authority() {
    return trust.authority();
  }

  X509Certificate certificate() {
    return credentials.certificate();
  }

  /** Why the others refuse this node; "" where they do not. */
  String refused() {
    return heartbeat.refused();
  }

  /** A node's certificates are refused from now on, in the whole cluster. */
  void remove(String name) {
    Rumours news =
        desk.map(here -> revokedBy(here, name))
            .orElseGet(
                () ->
                    service
                        .atAuthority(
                            node -> node.remove(RemoveRequest.newBuilder().setName(name).build()))
                        .getRumours());
    hear(news);
  }

  private Rumours revokedBy(AuthorityDesk here, String name) {
    byte[] revoked = here.remove(name, "this node");
    return Rumours.newBuilder().setRevoked(ByteString.copyFrom(revoked)).build();
  }

  private void hear(Rumours rumours) {
    if (!roster.merge(rumours)) return;
    peers.prune();
    server.expel();
    heartbeat.soon();
  }

  private void renewWhenDue() {
    Instant now = around.clock().instant();
    if (!credentials.due(now) || now.isBefore(renewFrom)) return;
    renewFrom = now.plus(RENEW_AGAIN);
    around
        .workers()
        .execute(
            () -> {
              try {
                renew();
              } catch (RuntimeException later) {
                log.warn(
                    "the certificate, valid until {}, could not be renewed yet: {}",
                    certificate().getNotAfter().toInstant(),
                    later.getMessage());
              }
            });
  }

  private void renew() {
    KeyPair keys = KeyPairs.make();
    byte[] request = KeyPairs.request(keys, settings.name());
    X509Certificate certificate =
        desk.map(here -> here.renew(request, settings.name()))
            .orElseGet(
                () ->
                    Pem.certificate(
                        service
                            .atAuthority(
                                node ->
                                    node.renew(
                                        RenewRequest.newBuilder()
                                            .setCertificateRequest(ByteString.copyFrom(request))
                                            .build()))
                            .getCertificate()
                            .toByteArray()));
    NodeKey renewed = new NodeKey(keys.getPrivate(), certificate);
    renewed.write(directory);
    credentials.renew(renewed);
    log.info("the certificate was renewed, until {}", certificate.getNotAfter().toInstant());
    heartbeat.soon();
  }

  @Override
  public void close() {
    heartbeat.close();
    peers.close();
    server.close();
  }
}
