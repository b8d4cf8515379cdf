package io.sojourn.home.files;

import io.sojourn.protocol.files.Change;
import io.sojourn.protocol.files.FromHome;
import io.sojourn.protocol.files.Invalidation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Numbers what others have changed, and says it to the guest; again, after a stream has broken. */
final class Invalidations {
  private static final int KEPT = 1024;

  private final Consumer<FromHome> guest;
  private final Deque<Invalidation> recent = new ArrayDeque<>();
  private volatile long number;

  Invalidations(Consumer<FromHome> guest) {
    this.guest = guest;
  }

  /**
   * A daemon before this one has said so many; what has changed since is not known.
   *
   * @param names that do not mean what they meant
   */
  synchronized void after(long heard, List<Change> names) {
    number = heard + 1;
    recent.addLast(
        Invalidation.newBuilder()
            .setNumber(number)
            .addChanges(Change.getDefaultInstance())
            .addAllChanges(names)
            .build());
  }

  /** The last one's. */
  long number() {
    return number;
  }

  /** One at a time: the guest relies on their order. */
  synchronized void send(List<Change> changes) {
    long next = number + 1;
    number = next;
    Invalidation invalidation =
        Invalidation.newBuilder().setNumber(next).addAllChanges(changes).build();
    recent.addLast(invalidation);
    if (recent.size() > KEPT) recent.removeFirst();
    guest.accept(message(invalidation));
  }

  /** What a guest has missed; where that is no longer known, everything. */
  synchronized void sendAfter(long heard) {
    if (heard >= number) return;
    Invalidation oldest = recent.peekFirst();
    if (oldest == null || oldest.getNumber() > heard + 1)
      guest.accept(
          message(
              Invalidation.newBuilder()
                  .setNumber(number)
                  .addChanges(Change.getDefaultInstance())
                  .build()));
    else
      recent.stream()
          .filter(missed -> missed.getNumber() > heard)
          .forEach(missed -> guest.accept(message(missed)));
  }

  private static FromHome message(Invalidation invalidation) {
    return FromHome.newBuilder().setInvalidation(invalidation).build();
  }
}
