package io.sojourn.node.cluster;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.peer.JoinRequest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What only a node with the authority's key can do: let nodes in, and put them out. */
final class AuthorityDesk {
  private static final Logger log = LoggerFactory.getLogger(AuthorityDesk.class);
  private static final Duration CLOCKS_APART = Duration.ofMinutes(5);

  private final Authority authority;
  private final Tokens tokens;
  private final Ledger ledger;
  private final Clock clock;

  private AuthorityDesk(Authority authority, ClusterDirectory directory, Clock clock) {
    this.authority = authority;
    this.tokens = new Tokens(directory, clock);
    this.ledger = new Ledger(directory, clock);
    this.clock = clock;
  }

  /** Empty on a node that has not the key. */
  static Optional<AuthorityDesk> open(
      ClusterDirectory directory, X509Certificate certificate, Clock clock) {
    return directory
        .text(ClusterDirectory.AUTHORITY_KEY)
        .map(key -> new Authority(certificate, Pem.key(key), clock))
        .map(authority -> new AuthorityDesk(authority, directory, clock));
  }

  String token(Instant expires) {
    return tokens.make(expires);
  }

  /** One more node's certificate, for a token. */
  synchronized X509Certificate join(JoinRequest request) {
    String name = request.getName();
    Tokens.Token token = tokens.check(request.getSecret());
    if (!NodeName.valid(name))
      throw OperationException.refused(
          "'" + name + "' cannot be a node's name",
          "use 1 to 64 letters, digits, '.', '_' or '-' (ckpt node start --node-name)");
    if (ledger.taken(name))
      throw OperationException.refused(
          "there is a node " + name + " in the cluster already",
          "start this one with another name (ckpt node start --node-name NAME); if it is the same"
              + " machine, set up anew: ckpt node remove "
              + name
              + ", on another node");
    checkClock(request.getEpochMillis());
    X509Certificate certificate =
        authority.sign(request.getCertificateRequest().toByteArray(), name);
    // In this order: a crash in between costs a token, and never gives two nodes one name.
    tokens.use(token, name);
    ledger.note(certificate, name);
    log.info("node {} joins the cluster", name);
    return certificate;
  }

  private void checkClock(long theirMillis) {
    Duration behind = Duration.ofMillis(clock.millis() - theirMillis);
    if (behind.abs().compareTo(CLOCKS_APART) <= 0) return;
    throw OperationException.refused(
        "the joining node's clock is %d min %s the cluster's"
            .formatted(behind.abs().toMinutes(), behind.isNegative() ? "ahead of" : "behind"),
        "set the clock (timedatectl set-ntp true), then join again: certificates depend on it");
  }

  /** A new certificate for a node that has one. */
  synchronized X509Certificate renew(byte[] request, String name) {
    X509Certificate certificate = authority.sign(request, name);
    ledger.note(certificate, name);
    log.info(
        "node {} has a new certificate, until {}", name, certificate.getNotAfter().toInstant());
    return certificate;
  }

  /** The list of refused certificates, with those of that node. */
  synchronized byte[] remove(String name, String by) {
    if (!ledger.taken(name))
      throw OperationException.notFound("no node '" + name + "'", "ckpt nodes lists them");
    log.info("node {} is removed by {}", name, by);
    return ledger.revoke(name, authority);
  }
}
