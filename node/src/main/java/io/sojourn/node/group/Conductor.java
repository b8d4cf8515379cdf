package io.sojourn.node.group;

import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Word;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Lets no node begin a step before all have done the one before. */
public final class Conductor implements CommonFate {
  private final Rendezvous rendezvous;
  private final Function<Map<String, Word>, Order> score;
  private final Map<String, Word> words = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Boolean>> begun = new HashMap<>();
  private final List<Consumer<RuntimeException>> listeners = new ArrayList<>();
  private Order next = Order.getDefaultInstance();
  private boolean told;

  /**
   * @param score what is next, when all nodes have said a word; what it throws is a failure of all
   */
  public Conductor(Collection<String> nodes, Function<Map<String, Word>, Order> score) {
    this.rendezvous = new Rendezvous(nodes.size());
    this.score = score;
    nodes.forEach(node -> begun.put(node, new CompletableFuture<>()));
  }

  /** A node's side. */
  public Exchange of(String node) {
    CompletableFuture<Boolean> first = begun.getOrDefault(node, new CompletableFuture<>());
    return new Exchange() {
      @Override
      public Order exchange(Word word) {
        words.put(node, word);
        first.complete(true);
        rendezvous.await(node, Conductor.this::conduct);
        // Nobody changes it before this node has come to the next step.
        return next;
      }

      @Override
      public void giveUp(RuntimeException why) {
        fail(node, why);
      }

      @Override
      public void onGivenUp(Consumer<RuntimeException> listener) {
        Conductor.this.onGivenUp(listener);
      }
    };
  }

  private void conduct() {
    next = score.apply(new TreeMap<>(words));
    words.clear();
  }

  /** Waits until a node has said its first word, or all have failed. */
  public void awaitFirstWord(String node) {
    begun.getOrDefault(node, CompletableFuture.completedFuture(true)).join();
  }

  private void onGivenUp(Consumer<RuntimeException> listener) {
    synchronized (listeners) {
      if (!told) {
        listeners.add(listener);
        return;
      }
    }
    failure().ifPresent(first -> listener.accept(first.why()));
  }

  @Override
  public void fail(String node, RuntimeException why) {
    rendezvous.fail(node, why);
    begun.values().forEach(first -> first.complete(false));
    List<Consumer<RuntimeException>> waiting;
    synchronized (listeners) {
      told = true;
      waiting = List.copyOf(listeners);
      listeners.clear();
    }
    RuntimeException first = failure().map(Failure::why).orElse(why);
    waiting.forEach(listener -> listener.accept(first));
  }

  @Override
  public Optional<Failure> failure() {
    return rendezvous.failure();
  }
}
