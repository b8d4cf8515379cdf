package io.sojourn.node.group;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.PeerFailure;
import io.sojourn.node.problem.Problems;
import io.sojourn.protocol.group.GiveUp;
import io.sojourn.protocol.group.Order;
import io.sojourn.protocol.group.Word;
import io.sojourn.protocol.node.OperationResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Another node's part, as the conductor sees it: a call in which they take turns. */
public final class RemotePart implements StreamObserver<Word> {
  /** A step itself has no limit here: a node that is at work says so by its connection. */
  private static final Duration WORK = Duration.ofHours(6);

  /** To let all run on, and remove what was begun. */
  private static final Duration UNDO = Duration.ofSeconds(30);

  private final String node;
  private final Exchange all;
  private final Turns<Word> words = new Turns<>();
  private @Nullable StreamObserver<Order> orders;
  private boolean over;

  private RemotePart(String node, Exchange all) {
    this.node = node;
    this.all = all;
  }

  /**
   * Lets the node do it, to its end.
   *
   * @param call the rpc
   * @param first what is to be done
   */
  public static List<OperationResult> run(
      String node,
      Function<StreamObserver<Word>, StreamObserver<Order>> call,
      Order first,
      Exchange all) {
    RemotePart part = new RemotePart(node, all);
    part.begin(call, first);
    all.onGivenUp(part::giveUp);
    try {
      return part.run();
    } catch (RuntimeException failed) {
      part.giveUp(failed);
      part.awaitUndone();
      throw failed;
    }
  }

  private synchronized void begin(
      Function<StreamObserver<Word>, StreamObserver<Order>> call, Order first) {
    orders = call.apply(this);
    say(first);
  }

  private List<OperationResult> run() {
    Optional<Word> word;
    List<OperationResult> results = List.of();
    while ((word = words.take(WORK, "node " + node)).isPresent()) {
      // The last word asks for nothing.
      if (word.get().hasResults()) results = word.get().getResults().getResultsList();
      else say(all.exchange(word.get()));
    }
    return results.stream().map(each -> each.toBuilder().setNode(node).build()).toList();
  }

  private synchronized void say(Order order) {
    if (!over && orders != null) orders.onNext(order);
  }

  private void giveUp(RuntimeException why) {
    say(
        Order.newBuilder()
            .setGiveUp(GiveUp.newBuilder().setWhy(String.valueOf(why.getMessage())))
            .build());
  }

  private void awaitUndone() {
    try {
      while (words.take(UNDO, "node " + node).isPresent())
        ;
    } catch (OperationException undone) {
      // Or it does not answer: then its call breaks, which does the same.
    }
    cancel();
  }

  private synchronized void cancel() {
    if (!over && orders instanceof ClientCallStreamObserver<Order> call)
      call.cancel("it does not answer", null);
    over = true;
  }

  @Override
  public void onNext(Word word) {
    // The others need not stand still until it has undone everything.
    if (word.hasProblem()) all.giveUp(Problems.exception(word.getProblem()));
    else words.say(word);
  }

  @Override
  public void onError(Throwable broken) {
    end();
    StatusRuntimeException status =
        broken instanceof StatusRuntimeException known
            ? known
            : Status.fromThrowable(broken).asRuntimeException();
    OperationException why = PeerFailure.explain(status, "node " + node);
    words.fail(why);
    // This may be while its last word waits for the others.
    all.giveUp(why);
  }

  @Override
  public void onCompleted() {
    end();
    words.end();
  }

  private synchronized void end() {
    over = true;
  }
}
