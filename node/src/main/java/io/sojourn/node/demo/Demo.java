package io.sojourn.node.demo;

import io.sojourn.engine.operation.Report;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The story: its three acts, and whether all was right. */
public final class Demo {
  private final Path root;
  private final Path runtime;
  private final Path stateDirectory;
  private final Length length;
  private final Story story;

  /**
   * @param frozen by the client of the server that was frozen
   * @param moved by the client of the server that was on another node
   * @param right all acknowledged rows are there, once, and the weights are the same to the bit
   * @param directory where it was played, with the node's run directory in "run"; gone now
   * @param phases each step with its time
   */
  public record Outcome(
      boolean right,
      Count frozen,
      boolean weightsEqual,
      Count moved,
      Path directory,
      List<Report.Phase> phases) {}

  /** What the database's client counted at its end, as it prints it. */
  public record Count(
      long transactions,
      long rows,
      long missing,
      long duplicates,
      long unexpected,
      long errors,
      long longestCallMillis) {
    boolean right() {
      return transactions > 0 && missing == 0 && duplicates == 0 && unexpected == 0 && errors == 0;
    }
  }

  /**
   * @param root of the product, with the launchers
   * @param runtime with {@code migrate.jar} and the example programs
   * @param stateDirectory where a CRIU is kept for the next time
   * @param length how long it is
   * @param say is told each line of the story
   */
  public Demo(Path root, Path runtime, Path stateDirectory, Length length, Consumer<String> say) {
    this.root = root;
    this.runtime = runtime;
    this.stateDirectory = stateDirectory;
    this.length = length;
    this.story = new Story(say);
  }

  /** Plays it. Whatever comes, all that it started has ended when this returns. */
  public Outcome run() throws Exception {
    try (Stage stage = Stage.build(root, runtime, stateDirectory, story)) {
      Machine machine = story.step("$ ckpt node start", stage::machine);
      Count frozen = new DatabaseAct(stage, machine, story, length).play();
      boolean equal = new TrainingAct(stage, machine, story, length).play();
      Count moved = new MoveAct(stage, story, length).play();
      boolean right = frozen.right() && equal && moved.right();
      story.end(right);
      return new Outcome(right, frozen, equal, moved, stage.directory(), story.phases());
    }
  }
}
