package io.sojourn.node.demo;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A training is checkpointed, killed, and goes on from the checkpoint. */
final class TrainingAct {
  private static final Duration PATIENCE = Duration.ofSeconds(180);
  private static final String TASK = "opt";

  private final Stage stage;
  private final Machine machine;
  private final Story story;
  private final Length length;

  TrainingAct(Stage stage, Machine machine, Story story, Length length) {
    this.length = length;
    this.stage = stage;
    this.machine = machine;
    this.story = story;
  }

  /** Whether the weights are the same to the bit. */
  boolean play() throws Exception {
    story.act(
        "A neural network is trained; the training is killed and goes on from its checkpoint");
    Path expected = machine.file("undisturbed.weights");
    story.step("undisturbed, " + length.iterations() + " iterations", this::undisturbed);
    Path log = machine.file("training.log");
    Path weights = machine.file("training.weights");
    GrowingFile progress = new GrowingFile(log);
    Process first = start("training", log, weights, stage.agent(TASK));
    story.step(
        "again, with -javaagent:migrate.jar, up to iteration " + length.checkpointAt(),
        () -> {
          progress.awaitLines(length.checkpointAt(), first.toHandle(), PATIENCE);
          return length.checkpointAt();
        });
    story.command("checkpoint " + TASK, machine.ckpt().operation("checkpoint", TASK));
    story.step("on to iteration " + length.killAt(), () -> killAt(progress, first));
    story.note("killed with SIGKILL after iteration " + progress.lines());
    Ckpt.Done restored = machine.ckpt().operation("restore", TASK);
    ProcessHandle second = machine.restored(restored);
    story.command("restore " + TASK, restored);
    story.step("on from the checkpoint to the end", () -> awaitEnd(second));
    boolean equal = Files.exists(weights) && Files.mismatch(expected, weights) == -1;
    story.note(
        equal
            ? Files.size(weights) / Double.BYTES + " weights, equal to the bit"
            : "THE WEIGHTS DIFFER");
    return equal;
  }

  private Process undisturbed() throws IOException, InterruptedException {
    Process process =
        start("undisturbed", machine.file("undisturbed.log"), machine.file("undisturbed.weights"));
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0)
      throw OperationException.failed("the undisturbed training failed", "");
    return process;
  }

  private Process start(String name, Path log, Path weights, String... flags) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(flags));
    arguments.addAll(
        List.of(
            "-cp",
            stage.jars("sojourn-examples"),
            "io.sojourn.examples.opt.Opt",
            "--log",
            log.toString(),
            "--weights",
            weights.toString(),
            "--iterations",
            String.valueOf(length.iterations())));
    return machine.service(name, arguments.toArray(String[]::new));
  }

  private Process killAt(GrowingFile progress, Process process)
      throws IOException, InterruptedException {
    progress.awaitLines(length.killAt(), process.toHandle(), PATIENCE);
    process.destroyForcibly().waitFor();
    return process;
  }

  private static ProcessHandle awaitEnd(ProcessHandle process) throws Exception {
    try {
      return process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException hangs) {
      throw OperationException.failed("the restored training did not end", "");
    }
  }
}
