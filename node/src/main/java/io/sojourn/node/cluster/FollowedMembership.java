package io.sojourn.node.cluster;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** A {@link Membership} whose directory another process writes. */
final class FollowedMembership implements AutoCloseable {
  /** Each file is replaced in one step, by another one. */
  private record Stamp(Object file, long millis) {}

  private final ClusterDirectory directory;
  private final String name;
  private final String authority;
  private final Credentials credentials;
  private final Roster roster;
  private final Peers peers;
  private final Map<String, Optional<Stamp>> seen = new HashMap<>();

  FollowedMembership(
      ClusterDirectory directory, Clock clock, EventLoopGroup loops, ExecutorService workers) {
    this.directory = directory;
    name = directory.read(ClusterDirectory.SETTINGS, Settings.class).orElseThrow().name();
    authority = directory.text(ClusterDirectory.AUTHORITY).orElseThrow();
    X509Certificate certificate = Pem.certificate(authority);
    Trust trust = new Trust(certificate, clock);
    // Before they are read: what comes between is read twice.
    var unused = changed(ClusterDirectory.KEY) | rosterChanged();
    credentials = new Credentials(NodeKey.read(directory), certificate);
    roster = Roster.ofDaemon(name, directory, trust);
    peers = new Peers(roster, credentials, trust, loops, workers);
  }

  String name() {
    return name;
  }

  Peers peers() {
    return peers;
  }

  /** Takes what is new. False where this is not the node's cluster any more. */
  boolean follow() {
    if (!directory.text(ClusterDirectory.AUTHORITY).equals(Optional.of(authority))) return false;
    if (changed(ClusterDirectory.KEY)) credentials.renew(NodeKey.read(directory));
    if (rosterChanged() && roster.reread()) peers.prune();
    return true;
  }

  private boolean rosterChanged() {
    return changed(ClusterDirectory.NODES) | changed(ClusterDirectory.REVOKED);
  }

  private boolean changed(String file) {
    Optional<Stamp> now = stamp(directory.path().resolve(file));
    return !now.equals(seen.put(file, now));
  }

  private static Optional<Stamp> stamp(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(new Stamp(found.fileKey(), found.lastModifiedTime().toMillis()));
    } catch (java.nio.file.NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  @Override
  public void close() {
    peers.close();
  }
}
