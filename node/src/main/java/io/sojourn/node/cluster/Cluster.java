package io.sojourn.node.cluster;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.peer.NodeFacts;
import io.sojourn.protocol.peer.Rumours;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster that this node is one of, if it is. */
public final class Cluster implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Cluster.class);

  /**
   * A token, and what a user should know of it.
   *
   * @param fingerprint of the cluster authority's certificate
   */
  public record NewToken(String text, String address, String fingerprint, Instant expires) {}

  /**
   * A node as this one sees it.
   *
   * @param seenMillis when it was heard of, by this node's clock; 0: never
   */
  public record View(
      String name, NodeFacts facts, boolean self, boolean up, long seenMillis, Instant expires) {}

  private final ClusterDirectory directory;
  private final String name;
  private final Membership.Surroundings around;
  private @Nullable Membership membership;

  private Cluster(ClusterDirectory directory, String name, Membership.Surroundings around) {
    this.directory = directory;
    this.name = name;
    this.around = around;
  }

  /**
   * Goes on where the daemon before has ended: if this node is one of a cluster, other nodes can
   * call it when this returns.
   *
   * @param state directory in which {@code cluster/} is, or will be
   * @throws OperationException the port is taken, or the node has another name now
   */
  public static Cluster open(Path state, String name, Membership.Surroundings around) {
    ClusterDirectory directory = new ClusterDirectory(state.resolve("cluster"));
    Cluster cluster = new Cluster(directory, name, around);
    if (directory.exists()) cluster.begin();
    return cluster;
  }

  private void begin() {
    String known =
        directory.read(ClusterDirectory.SETTINGS, Settings.class).map(Settings::name).orElse("");
    if (!known.equals(name))
      throw OperationException.refused(
          "this node is " + known + " in its cluster, and was started as " + name,
          "start it with --node-name " + known + ", or let it leave first: ckpt node leave");
    membership = new Membership(directory, around);
  }

  /** This node founds a cluster; answers the first token. */
  public synchronized NewToken init(Address listen, Optional<Address> advertise, Duration life) {
    refuseMember();
    Authority authority = Authority.found(around.clock());
    KeyPair keys = KeyPairs.make();
    X509Certificate certificate = authority.sign(KeyPairs.request(keys, name), name);
    enter(
        draft -> {
          draft.write(ClusterDirectory.AUTHORITY_KEY, Pem.key(authority.key()));
          new Ledger(draft, around.clock()).note(certificate, name);
        },
        new NodeKey(keys.getPrivate(), certificate),
        authority.certificate(),
        new Settings(name, listen.toString(), reachable(listen, advertise).toString()));
    log.info("node {} founded a cluster, {}", name, Pem.fingerprint(authority.certificate()));
    return token(life);
  }

  /** Another token. Refuses on a node that has not the authority's key. */
  public synchronized NewToken token(Duration life) {
    Membership member = member();
    AuthorityDesk desk =
        member
            .desk()
            .orElseThrow(
                () ->
                    OperationException.refused(
                        "this node has not the cluster authority's key, and cannot let others in",
                        "ask there: "
                            + String.join(
                                ", ", member.roster().authorities(System.currentTimeMillis()))));
    Instant expires = around.clock().instant().plus(life.isZero() ? Tokens.LIFETIME : life);
    String fingerprint = Pem.fingerprint(member.authority());
    String address = member.settings().advertise();
    return new NewToken(
        new JoinToken(address, fingerprint, desk.token(expires)).text(),
        address,
        fingerprint,
        expires);
  }

  /**
   * This node becomes one of a cluster.
   *
   * @param address of any of its nodes; empty: the one in the token
   */
  public synchronized void join(
      String token, Optional<Address> address, Address listen, Optional<Address> advertise) {
    refuseMember();
    JoinToken parsed = JoinToken.parse(token);
    Address own = reachable(listen, advertise);
    PortProbe.check(listen);
    Joining.Joined joined =
        Joining.join(
            parsed,
            address.orElseGet(() -> Address.parse(parsed.address())),
            name,
            around.clock(),
            around.workers());
    enter(
        draft -> {
          Rumours rumours = joined.rumours();
          draft.write(ClusterDirectory.NODES, rumours.toByteArray());
          byte[] revoked = rumours.getRevoked().toByteArray();
          if (revoked.length > 0) draft.write(ClusterDirectory.REVOKED, revoked);
        },
        joined.key(),
        joined.authority(),
        new Settings(name, listen.toString(), own.toString()));
    log.info("node {} joined the cluster {}", name, parsed.fingerprint());
  }

  /** All nodes, this one first. */
  public synchronized List<View> nodes() {
    Membership member = member();
    long now = System.currentTimeMillis();
    List<View> views = new ArrayList<>();
    views.add(
        new View(
            name,
            member.self().facts(),
            true,
            true,
            now,
            member.certificate().getNotAfter().toInstant()));
    for (Roster.Known known : member.roster().nodes())
      views.add(
          new View(
              Roster.name(known),
              known.facts(),
              false,
              known.up(now),
              known.seenMillis(),
              known.certificate().getNotAfter().toInstant()));
    return views;
  }

  /**
   * At which the others reach this node.
   *
   * @throws OperationException it is one of no cluster, or says of itself what only it understands
   */
  public InetAddress address() {
    Address said = Address.parse(nodes().get(0).facts().getAddress());
    InetAddress address = said.socket().getAddress();
    if (address.isLoopbackAddress())
      throw OperationException.refused(
          "the name "
              + said.host()
              + " of node "
              + name
              + " means "
              + address.getHostAddress()
              + " here",
          "name its address when it joins: ckpt node join --advertise ADDRESS");
    return address;
  }

  /** SHA-256 of the authority's certificate, in hex. */
  public synchronized String fingerprint() {
    return Pem.fingerprint(member().authority());
  }

  /** Why the other nodes refuse this one; "" where they do not. */
  public synchronized String refused() {
    return member().refused();
  }

  /** Another node is refused from now on, in the whole cluster. */
  public synchronized void remove(String node) {
    Membership member = member();
    if (node.equals(name))
      throw OperationException.usage(
          "node " + node + " is this one", "to leave the cluster: ckpt node leave");
    member.roster().find(node);
    member.remove(node);
    log.info("node {} was removed", node);
  }

  /**
   * This node is one of no cluster any more. True where the others know, and refuse its
   * certificate.
   *
   * @param force also where they cannot be told
   */
  public synchronized boolean leave(boolean force) {
    Membership member = member();
    boolean alone = member.roster().nodes().isEmpty();
    boolean last =
        member.desk().isPresent()
            && member.roster().authorities(System.currentTimeMillis()).isEmpty();
    if (last && !alone && !force)
      throw OperationException.refused(
          "this node alone has the cluster authority's key: without it no node can join, and"
              + " certificates end after "
              + Authority.NODE_LIFETIME.toDays()
              + " days",
          "let the others leave first, or give the cluster up: ckpt node leave --force");
    boolean revoked = !alone && !last && member.refused().isEmpty() && revoke(member, force);
    member.close();
    membership = null;
    try {
      directory.remove();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    log.info("node {} left the cluster", name);
    return revoked;
  }

  private boolean revoke(Membership member, boolean force) {
    try {
      member.remove(name);
      return true;
    } catch (OperationException unreached) {
      if (force) return false;
      throw OperationException.failed(
          "the cluster cannot be told that this node leaves: " + unreached.getMessage(),
          "try again later; or leave now (--force), and then on another node: ckpt node remove "
              + name,
          unreached);
    }
  }

  /**
   * The ways to the other nodes.
   *
   * @throws OperationException this node is one of no cluster
   */
  public synchronized Peers peers() {
    return member().peers();
  }

  private Membership member() {
    if (membership != null) return membership;
    throw OperationException.refused(
        "this node is one of no cluster",
        "found one (ckpt node init), or join one (ckpt node join ADDRESS --token TOKEN)");
  }

  private void refuseMember() {
    if (membership == null) return;
    throw OperationException.refused(
        "this node is one of a cluster already, as " + name,
        "ckpt nodes lists it; to leave it: ckpt node leave");
  }

  private interface More {
    void into(ClusterDirectory draft);
  }

  private void enter(More more, NodeKey key, X509Certificate authority, Settings settings) {
    try {
      ClusterDirectory draft = directory.draft();
      draft.write(ClusterDirectory.SETTINGS, settings);
      draft.write(ClusterDirectory.AUTHORITY, Pem.certificate(authority));
      key.write(draft);
      more.into(draft);
      directory.publish(draft);
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
    try {
      membership = new Membership(directory, around);
    } catch (RuntimeException failure) {
      try {
        directory.remove();
      } catch (IOException left) {
        failure.addSuppressed(left);
      }
      throw failure;
    }
  }

  private static Address reachable(Address listen, Optional<Address> advertise) {
    // A port that was not said is the one that is listened at.
    return advertise
        .map(
            address ->
                address.port() == Address.DEFAULT_PORT
                    ? new Address(address.host(), listen.port())
                    : address)
        .orElseGet(listen::reachable);
  }

  @Override
  public synchronized void close() {
    if (membership != null) membership.close();
  }
}
