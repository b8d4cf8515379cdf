package io.sojourn.node.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RendezvousTest {
  private final Rendezvous rendezvous = new Rendezvous(3);

  @Test
  void theLastWorksBeforeAnybodyGoesOn() {
    AtomicInteger worked = new AtomicInteger(), early = new AtomicInteger();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (String who : List.of("a", "b", "c"))
      all.add(
          background(
              () -> {
                for (int step = 1; step <= 100; step++) {
                  rendezvous.await(who, worked::incrementAndGet);
                  if (worked.get() < step) early.incrementAndGet();
                }
              }));
    all.forEach(CompletableFuture::join);
    assertThat(worked).hasValue(100);
    assertThat(early).hasValue(0);
  }

  @Test
  void whoDoesNotComeLetsTheOthersFail() {
    CompletableFuture<Void> waiting = background(() -> rendezvous.await("a", () -> {}));
    rendezvous.fail("b", OperationException.refused("its disk is full", "make room"));
    assertThatThrownBy(waiting::join)
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("b could not: its disk is full");
    assertThatThrownBy(() -> rendezvous.await("c", () -> {})).hasMessageContaining("b could not");
    rendezvous.fail("c", new IllegalStateException("a consequence"));
    assertThat(rendezvous.failure().orElseThrow().who()).isEqualTo("b");
  }

  /** Whoever that is. */
  @Test
  void whatTheLastCannotDoFailsAll() {
    Runnable cannot =
        () -> {
          throw new IllegalStateException("no");
        };
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (String who : List.of("a", "b", "c"))
      all.add(background(() -> rendezvous.await(who, cannot)));
    for (CompletableFuture<Void> each : all)
      assertThatThrownBy(each::join)
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .hasRootCauseMessage("no");
    assertThat(rendezvous.failure().orElseThrow().why()).hasMessage("no");
  }

  private static CompletableFuture<Void> background(Runnable work) {
    return CompletableFuture.runAsync(work, one -> new Thread(one).start());
  }
}
