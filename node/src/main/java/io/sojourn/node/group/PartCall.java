package io.sojourn.node.group;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.group.GiveUp;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Results;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.node.OperationResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This node's part of what another node conducts: a call in which they take turns. */
public final class PartCall implements StreamObserver<Order>, Exchange {
  /** Until tasks stand still, nobody is in a hurry. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final String conductor;
  private final ServerCallStreamObserver<Word> answer;
  private final Executor workers;
  private final BiFunction<Order, Exchange, List<OperationResult>> work;
  private final Turns<Order> orders = new Turns<>();
  private final List<Consumer<RuntimeException>> listeners = new ArrayList<>();
  private volatile Duration limit = PATIENCE;
  private boolean begun;
  private boolean finished;
  private boolean lost;
  private @Nullable RuntimeException over;

  /**
   * @param conductor the node that calls
   * @param work does it, and returns what was done with each task
   */
  public PartCall(
      String conductor,
      StreamObserver<Word> answer,
      Executor workers,
      BiFunction<Order, Exchange, List<OperationResult>> work) {
    this.conductor = "node " + conductor;
    this.answer = (ServerCallStreamObserver<Word>) answer;
    this.workers = workers;
    this.work = work;
    this.answer.setOnCancelHandler(this::broken);
  }

  @Override
  public void onNext(Order order) {
    if (order.hasGiveUp()) givenUp(order.getGiveUp());
    else if (begun) orders.say(order);
    else {
      begun = true;
      workers.execute(() -> run(order));
    }
  }

  private void run(Order first) {
    try {
      List<OperationResult> done = work.apply(first, this);
      say(Word.newBuilder().setResults(Results.newBuilder().addAllResults(done)).build());
      finish(answer::onCompleted);
    } catch (RuntimeException failed) {
      finish(() -> answer.onError(Problems.statusOf(failed)));
    }
  }

  private synchronized void finish(Runnable how) {
    finished = true;
    if (!answer.isCancelled()) how.run();
  }

  private synchronized void say(Word word) {
    if (!answer.isCancelled()) answer.onNext(word);
  }

  @Override
  public Order exchange(Word word) {
    say(word);
    return orders
        .take(limit, conductor)
        .orElseThrow(
            () -> OperationException.failed(conductor + " has ended its call", "see its log"));
  }

  @Override
  public void giveUp(RuntimeException why) {
    if (end(false, why)) say(Word.newBuilder().setProblem(Problems.of(why)).build());
  }

  @Override
  public void within(Duration longest) {
    limit = longest;
  }

  @Override
  public synchronized boolean lost() {
    return lost;
  }

  @Override
  public void onGivenUp(Consumer<RuntimeException> told) {
    @Nullable RuntimeException already;
    synchronized (this) {
      already = over;
      if (already == null) listeners.add(told);
    }
    if (already != null) told.accept(already);
  }

  @Override
  public void onError(Throwable broken) {
    broken();
  }

  @Override
  public void onCompleted() {
    broken();
  }

  private void givenUp(GiveUp order) {
    var unused =
        end(
            false,
            OperationException.failed(conductor + " has given up: " + order.getWhy(), "see there"));
  }

  private void broken() {
    var unused =
        end(
            true,
            OperationException.failed(
                "the connection to " + conductor + " broke", "see whether its daemon runs"));
  }

  /** False where it was over already. */
  private boolean end(boolean silently, RuntimeException why) {
    List<Consumer<RuntimeException>> told;
    synchronized (this) {
      if (over != null || finished) return false;
      over = why;
      lost = silently;
      told = List.copyOf(listeners);
    }
    orders.fail(why);
    told.forEach(listener -> listener.accept(why));
    return true;
  }
}
