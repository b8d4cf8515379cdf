package io.sojourn.node.cluster;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.peer.NodeFacts;
import io.sojourn.protocol.peer.Rumours;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The other nodes, as this one knows them. */
final class Roster {
  private static final Logger log = LoggerFactory.getLogger(Roster.class);
  private static final long SEEN_LATELY_MILLIS = 5_000;

  /**
   * @param change when this became known, counted
   * @param seenMillis by this node's clock; 0: never
   */
  record Known(NodeFacts facts, X509Certificate certificate, long change, long seenMillis) {
    boolean up(long nowMillis) {
      return nowMillis - seenMillis < SEEN_LATELY_MILLIS;
    }
  }

  private final String self;
  private final ClusterDirectory directory;
  private final Trust trust;
  private final boolean keeps;
  private final Map<String, Known> nodes = new TreeMap<>();
  private long changes;

  private Roster(String self, ClusterDirectory directory, Trust trust, boolean keeps) {
    this.self = self;
    this.directory = directory;
    this.trust = trust;
    this.keeps = keeps;
  }

  /** With what was known when the daemon ended; what is learned is kept there. */
  static Roster open(String self, ClusterDirectory directory, Trust trust) {
    Roster roster = new Roster(self, directory, trust, true);
    var unused = roster.reread();
    return roster;
  }

  /** What the daemon knows, and keeps: for another process, which writes nothing. */
  static Roster ofDaemon(String self, ClusterDirectory directory, Trust trust) {
    Roster roster = new Roster(self, directory, trust, false);
    var unused = roster.reread();
    return roster;
  }

  /** Takes what is in the directory. True where a node came, moved or went. */
  boolean reread() {
    Rumours.Builder kept = Rumours.newBuilder();
    try {
      byte[] nodes = directory.read(ClusterDirectory.NODES).orElse(new byte[0]);
      kept.mergeFrom(nodes);
    } catch (InvalidProtocolBufferException damaged) {
      log.warn("what was known of other nodes is lost: {}", damaged.getMessage());
    }
    directory
        .read(ClusterDirectory.REVOKED)
        .ifPresent(list -> kept.setRevoked(ByteString.copyFrom(list)));
    return merge(kept.build());
  }

  /** Takes what is newer, and believed. True where a node came, moved or went. */
  synchronized boolean merge(Rumours rumours) {
    boolean changed = revoke(rumours.getRevoked().toByteArray());
    for (NodeFacts facts : rumours.getNodesList()) changed |= merge(facts);
    if (changed) save();
    return changed;
  }

  private boolean merge(NodeFacts facts) {
    X509Certificate certificate;
    String name;
    try {
      certificate = Pem.certificate(facts.getCertificate().toByteArray());
      name = trust.check(certificate);
      Address.parse(facts.getAddress());
    } catch (CertificateException | IllegalArgumentException | OperationException notBelieved) {
      log.debug("a rumour is not believed: {}", notBelieved.getMessage());
      return false;
    }
    Known known = nodes.get(name);
    if (name.equals(self) || known != null && known.facts().getRevision() >= facts.getRevision())
      return false;
    nodes.put(
        name, new Known(facts, certificate, ++changes, known == null ? 0 : known.seenMillis()));
    if (known == null) log.info("node {} is at {}", name, facts.getAddress());
    return known == null
        || !known.facts().getAddress().equals(facts.getAddress())
        || !known.certificate().equals(certificate);
  }

  private boolean revoke(byte[] list) {
    try {
      if (!trust.accept(list)) return false;
    } catch (IllegalArgumentException forged) {
      log.warn("{}", forged.getMessage());
      return false;
    }
    changes++;
    if (keeps) directory.write(ClusterDirectory.REVOKED, list);
    nodes
        .values()
        .removeIf(
            known -> {
              boolean gone = trust.revoked(known.certificate());
              if (gone) log.info("node {} is no longer one of this cluster", name(known));
              return gone;
            });
    return true;
  }

  private void save() {
    if (!keeps) return;
    Rumours.Builder all = Rumours.newBuilder();
    nodes.values().forEach(known -> all.addNodes(known.facts()));
    directory.write(ClusterDirectory.NODES, all.build().toByteArray());
  }

  /** A node has been heard of, by itself. */
  synchronized void seen(String name, long nowMillis) {
    nodes.computeIfPresent(
        name,
        (key, known) -> new Known(known.facts(), known.certificate(), known.change(), nowMillis));
  }

  /** What became known after {@code change}; 0 for all. */
  synchronized Rumours since(long change) {
    Rumours.Builder news = Rumours.newBuilder();
    for (Known known : nodes.values()) if (known.change() > change) news.addNodes(known.facts());
    if (change < changes) news.setRevoked(ByteString.copyFrom(trust.revocations()));
    return news.build();
  }

  synchronized long changes() {
    return changes;
  }

  synchronized List<Known> nodes() {
    return new ArrayList<>(nodes.values());
  }

  synchronized boolean has(String name) {
    return nodes.containsKey(name);
  }

  /** Says which there are where there is none of that name. */
  synchronized NodeFacts find(String name) {
    Known known = nodes.get(name);
    if (known != null) return known.facts();
    throw OperationException.notFound(
        name.equals(self) ? "node " + name + " is this one" : "no node '" + name + "'",
        "ckpt nodes lists them: "
            + (nodes.isEmpty() ? "none yet" : String.join(", ", nodes.keySet())));
  }

  /** Names of nodes that can let others in, those that answer first. */
  synchronized List<String> authorities(long nowMillis) {
    return nodes.values().stream()
        .filter(known -> known.facts().getAuthority())
        .sorted(Comparator.comparing((Known known) -> !known.up(nowMillis)))
        .map(Roster::name)
        .toList();
  }

  static String name(Known known) {
    return NodeName.of(known.certificate()).orElseThrow();
  }
}
