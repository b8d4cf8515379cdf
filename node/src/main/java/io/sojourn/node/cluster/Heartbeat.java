package io.sojourn.node.cluster;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.peer.MembershipGrpc;
import io.sojourn.protocol.peer.Rumours;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Once a second, a word to each other node: that this one lives, and what it has learned since the
 * last word that was answered.
 */
final class Heartbeat implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
  private static final int LIMIT_SECONDS = 3;

  private final Roster roster;
  private final SelfFacts self;
  private final Peers peers;
  private final Consumer<Rumours> hear;
  private final Runnable also;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "heartbeat");
            thread.setDaemon(true);
            return thread;
          });
  // Per node: up to where it was told; absent while nothing has been answered.
  private final Map<String, Long> told = new ConcurrentHashMap<>();
  private final Map<String, Boolean> waiting = new ConcurrentHashMap<>();
  private final Map<String, String> refusedBy = new ConcurrentHashMap<>();

  /**
   * @param also is done at each beat
   */
  Heartbeat(Roster roster, SelfFacts self, Peers peers, Consumer<Rumours> hear, Runnable also) {
    this.roster = roster;
    this.self = self;
    this.peers = peers;
    this.hear = hear;
    this.also = also;
  }

  void start() {
    clock.scheduleWithFixedDelay(this::beat, 0, 1, TimeUnit.SECONDS);
  }

  /** At once, and not only when the second is over. */
  void soon() {
    clock.execute(this::beat);
  }

  private void beat() {
    try {
      also.run();
      for (Roster.Known known : roster.nodes()) tell(Roster.name(known));
    } catch (RuntimeException defect) {
      log.error("a heartbeat failed", defect);
    }
  }

  private void tell(String name) {
    peers.hurry(name);
    if (waiting.putIfAbsent(name, true) != null) return;
    long upTo = roster.changes();
    Rumours news =
        roster.since(told.getOrDefault(name, 0L)).toBuilder().addNodes(self.facts()).build();
    try {
      MembershipGrpc.newStub(peers.channel(name))
          .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
          .gossip(news, new Answer(name, upTo));
    } catch (OperationException goneMeanwhile) {
      waiting.remove(name);
    }
  }

  /** Why another node refuses this one; "" where none does. */
  String refused() {
    return refusedBy.values().stream().findFirst().orElse("");
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private final class Answer implements StreamObserver<Rumours> {
    private final String name;
    private final long upTo;

    Answer(String name, long upTo) {
      this.name = name;
      this.upTo = upTo;
    }

    @Override
    public void onNext(Rumours rumours) {
      hear.accept(rumours);
      roster.seen(name, System.currentTimeMillis());
      told.put(name, upTo);
      refusedBy.remove(name);
    }

    @Override
    public void onError(Throwable failure) {
      told.remove(name);
      waiting.remove(name);
      if (failure instanceof StatusRuntimeException status)
        Problems.in(status).ifPresent(problem -> refused(String.valueOf(problem.getMessage())));
    }

    private void refused(String why) {
      if (!why.equals(refusedBy.put(name, why))) log.warn("node {}: {}", name, why);
    }

    @Override
    public void onCompleted() {
      waiting.remove(name);
    }
  }
}
