package io.sojourn.node.shipping;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.image.ImageDraft;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import io.sojourn.protocol.peer.Arrived;
import io.sojourn.protocol.peer.OfferResponse;
import io.sojourn.protocol.peer.Piece;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An image that is on its way here from another node: whole in the end, or nothing. */
final class Landing {
  private static final Logger log = LoggerFactory.getLogger(Landing.class);
  private static final String MEMBER = "[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}";
  private static final int MOST_MEMBERS = 100_000;

  private final String from;
  private final Sender sender;
  private final String task;
  private final boolean digested;
  private final ImageDraft draft;
  private final Map<String, ArrivingMember> members = new ConcurrentHashMap<>();
  private volatile int attempt;
  private volatile long heardNanos = System.nanoTime();
  private boolean over;

  /**
   * @param from the node that sends it, and none else
   * @param sender which of its processes
   * @param task its id
   * @param digested whether there will be digests to compare
   */
  Landing(String from, Sender sender, String task, boolean digested, ImageDraft draft) {
    this.from = from;
    this.sender = sender;
    this.task = task;
    this.digested = digested;
    this.draft = draft;
  }

  String from() {
    return from;
  }

  Sender sender() {
    return sender;
  }

  String task() {
    return task;
  }

  String name() {
    return draft.target().getFileName().toString();
  }

  long silentNanos() {
    return System.nanoTime() - heardNanos;
  }

  /** What has arrived. Streams of earlier attempts bring nothing more. */
  OfferResponse resume(int newAttempt) {
    heardNanos = System.nanoTime();
    synchronized (this) {
      if (newAttempt < attempt) throw outdated();
      attempt = newAttempt;
    }
    OfferResponse.Builder answer = OfferResponse.newBuilder();
    members.forEach(
        (name, member) -> {
          // Waits until a piece of an earlier attempt that is being written has been.
          synchronized (member) {
            answer.addMembers(
                Arrived.newBuilder().setName(name).setBytes(member.position()).build());
          }
        });
    return answer.build();
  }

  void accept(Piece piece) {
    heardNanos = System.nanoTime();
    try {
      ArrivingMember member = member(piece.getMember());
      synchronized (member) {
        if (piece.getAttempt() != attempt) throw outdated();
        member.append(piece);
      }
    } catch (IOException full) {
      throw OperationException.failed(
          "image " + name() + " cannot be written on the other node: " + full.getMessage(),
          "make room there (ckpt rm), or look at its disk");
    }
  }

  private synchronized ArrivingMember member(String name) throws IOException {
    if (over) throw outdated();
    ArrivingMember known = members.get(name);
    if (known != null) return known;
    if (!name.matches(MEMBER)
        || name.startsWith(ImageDirectory.MANIFEST)
        || members.size() >= MOST_MEMBERS)
      throw OperationException.refused(
          "'" + name + "' cannot be a file of an image",
          "use the same version of Sojourn on all nodes");
    ArrivingMember member = new ArrivingMember(draft.path(), name, digested);
    members.put(name, member);
    return member;
  }

  private static OperationException outdated() {
    return OperationException.failed(
        "the image is being sent by a later attempt, or no more", "ship the image again");
  }

  /** Everything is compared with the manifest; then the image has its name. */
  synchronized ImageDirectory publish(byte[] manifestText) {
    if (over) throw outdated();
    String text = new String(manifestText, StandardCharsets.UTF_8);
    Manifest manifest = ImageDirectory.manifest(draft.target(), text);
    Set<String> missing = new HashSet<>(members.keySet());
    try {
      for (Member said : manifest.getMembersList()) {
        member(said.getName()).finish(said);
        missing.remove(said.getName());
      }
      if (!missing.isEmpty())
        throw OperationException.failed(
            missing + " arrived and are not in the manifest", "ship the image again");
      over = true;
      if (manifest.getName().equals(name())) return draft.publish(manifest, text);
      return draft.publish(manifest.toBuilder().setName(name()).build());
    } catch (IOException full) {
      discard();
      throw OperationException.failed(
          "image " + name() + " cannot be written on the other node: " + full.getMessage(),
          "make room there (ckpt rm), or look at its disk");
    } catch (RuntimeException damaged) {
      discard();
      throw damaged;
    }
  }

  /** As if it had never been on its way. */
  synchronized void discard() {
    over = true;
    for (ArrivingMember member : members.values()) {
      try {
        member.close();
      } catch (IOException e) {
        log.debug("{}", e.toString());
      }
    }
    draft.discard();
  }
}
