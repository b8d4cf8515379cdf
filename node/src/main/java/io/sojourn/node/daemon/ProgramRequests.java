package io.sojourn.node.daemon;

import io.sojourn.engine.control.Agent;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import io.sojourn.protocol.node.CheckpointRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Serves what a program asks for itself, by {@code Core.checkpointRestore()} or {@code
 * Checkpoint.now()}: the wish stands in its control block, and it knocks until it is heard.
 */
final class ProgramRequests {
  private static final String FREEZE = "freeze", CHECKPOINT = "checkpoint";
  private static final Duration ANSWER = Duration.ofSeconds(2);

  private final Checkpoints checkpoints;
  private final Operations operations;
  private final Set<String> serving = ConcurrentHashMap.newKeySet();

  ProgramRequests(Checkpoints checkpoints, Operations operations) {
    this.checkpoints = checkpoints;
    this.operations = operations;
  }

  /** A task has knocked. */
  void heard(Task task) {
    Life life = task.life().orElseThrow();
    List<String> wishes = List.of(life.block().programRequest().split(" "));
    boolean freeze = wishes.contains(FREEZE);
    // It knocks again while it is being served, too.
    if (!freeze && !wishes.contains(CHECKPOINT) || operations.verb(task.id()).isPresent()) return;
    // Until the program has heard a refusal, its request stands.
    if (!serving.add(task.id())) return;
    try {
      serve(task, life, freeze);
    } finally {
      serving.remove(task.id());
    }
  }

  private void serve(Task task, Life life, boolean freeze) {
    CheckpointRequest request =
        CheckpointRequest.newBuilder()
            .setTask(task.id())
            .setThen(freeze ? CheckpointRequest.Then.STOP : CheckpointRequest.Then.RUN_ON)
            .setCrac(freeze)
            .setWithoutDeputy(freeze)
            .build();
    Agent agent = new Agent(life.block());
    try {
      checkpoints.run(request, new Caller(life.uid(), life.pid()), OperationListener.NONE);
      if (!freeze) agent.confirm(ANSWER);
    } catch (OperationException known) {
      String mend = known.mend().isEmpty() ? "" : "; " + known.mend();
      agent.refuse(known.getMessage() + mend, ANSWER);
    } catch (RuntimeException defect) {
      agent.refuse("the node daemon failed: " + defect, ANSWER);
      throw defect;
    }
  }
}
