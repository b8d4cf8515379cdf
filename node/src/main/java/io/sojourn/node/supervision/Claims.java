package io.sojourn.node.supervision;

import io.sojourn.protocol.lives.LifeBeat;
import io.sojourn.protocol.lives.LifeClaim;
import io.sojourn.repository.Lives;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whose a life is, and whether another may have the next one. */
final class Claims {
  private final Lives lives;
  private final String node;
  private final Duration lease;
  private final Beats beats = new Beats(System::nanoTime);

  /**
   * @param node this one
   * @param lease of what it claims
   */
  Claims(Lives lives, String node, Duration lease) {
    this.lives = lives;
    this.node = node;
    this.lease = lease;
  }

  boolean ours(LifeClaim claim) {
    return claim.getNode().equals(node);
  }

  /**
   * Takes a life; false where another has it, or one that was claimed since this node has looked.
   *
   * <p>That nobody has claimed this number says too little where it is late: others may have
   * claimed higher ones by now and forgotten this one, or, where they propose other numbers, one in
   * between. Whatever they have claimed since then is above what was seen, and the highest is never
   * forgotten; so of two that claim at once neither passes over the other.
   *
   * @param seen the newest life that was claimed when this node looked; 0: none
   */
  boolean take(LifeClaim.Builder description, int number, int seen) throws IOException {
    boolean claimed =
        lives.claim(
            description
                .setNode(node)
                .setNumber(number)
                .setNonce(UUID.randomUUID().toString())
                .setLeaseMillis(lease.toMillis())
                .build());
    if (!claimed) return false;
    if (lives.above(description.getTask(), seen).equals(Set.of(number))) return true;
    lives.withdraw(description.getTask(), number);
    return false;
  }

  /**
   * Takes the next life of a task; empty where nobody has ever claimed one, and nobody has to.
   *
   * @param proposed the number that it would have otherwise
   * @param description of the task; null: as others have described it
   * @throws TakenException it is another node's
   * @throws NotYetException it was just claimed, by this node
   */
  Optional<LifeClaim> next(String task, int proposed, LifeClaim.@Nullable Builder description)
      throws IOException {
    Optional<Integer> newest = lives.newestOf(task);
    LifeClaim.Builder next = description;
    if (newest.isPresent()) {
      LifeClaim claim = lives.claimed(task, newest.get());
      refuseOthers(claim);
      if (next == null) next = claim.toBuilder();
      next.clearRefusedBy().addAllRefusedBy(claim.getRefusedByList());
    }
    if (next == null) return Optional.empty();
    int number = Math.max(proposed, newest.orElse(0) + 1);
    if (!take(next, number, newest.orElse(0))) {
      refuseOthers(lives.claimed(task, lives.newestOf(task).orElse(number)));
      throw new NotYetException("the next life of task " + task + " was just claimed", null);
    }
    return Optional.of(lives.claimed(task, number));
  }

  /** What the owner of a life says; how long it has said so is remembered. */
  LifeBeat listen(LifeClaim claim) throws IOException {
    LifeBeat beat = lives.beatOf(claim.getTask(), claim.getNumber());
    beats.saw(claim.getTask(), claim.getNumber(), beat);
    return beat;
  }

  /**
   * Whether this node is to take the next life without being asked.
   *
   * @param beat that was just listened to
   */
  boolean free(LifeClaim claim, LifeBeat beat) {
    // This node's own, which it knows nothing of any more: others do.
    if (ours(claim)) return false;
    if (beat.getState() == LifeBeat.State.FREE) return !claim.getRefusedByList().contains(node);
    return lost(claim, beat);
  }

  /**
   * @throws TakenException another node has that life, and may have it still
   */
  void refuseOthers(LifeClaim claim) throws IOException {
    if (ours(claim)) return;
    // Of a group's there are no beats.
    if (!claim.getGroup().isEmpty()) throw taken(claim);
    LifeBeat beat = listen(claim);
    if (beat.getState() == LifeBeat.State.ENDED
        || beat.getState() == LifeBeat.State.FREE
        || lost(claim, beat)) return;
    throw taken(claim);
  }

  static TakenException taken(LifeClaim claim) {
    return new TakenException(
        claim.getNode(),
        "node %s has life %d of task %s"
            .formatted(claim.getNode(), claim.getNumber(), claim.getName()));
  }

  /** One whose owner has not said anything yet runs, or is about to. */
  private boolean lost(LifeClaim claim, LifeBeat beat) {
    boolean runs =
        beat.getState() == LifeBeat.State.RUNS
            || beat.getState() == LifeBeat.State.STATE_UNSPECIFIED;
    return runs && beats.silent(claim);
  }
}
