package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What goes with a task that is dumped to live on elsewhere: its connections, and whoever stays in
 * its place. An exception undoes the departure: the task runs on, and {@link #open} and {@link
 * #undone} are called.
 */
public interface Departure {
  /** CRIU's command line up to its own words: where the task has a world, it runs in there. */
  List<String> criu();

  /** A path of ours, as CRIU sees it. */
  default Path inside(Path ours) {
    return ours;
  }

  /**
   * Whether memory that a restore can do without at first stays in the task, instead of being
   * written into the image. It stands still until all of that was read.
   */
  default boolean keepsMemory() {
    return false;
  }

  /** What of the image is not written here, as the other node has it already. */
  default List<Member> sentAhead() {
    return List.of();
  }

  /** CRIU is about to write the image there. */
  default void writing(Path draft) {}

  /** The VM is about to be stopped. */
  void beginning(ControlBlock task) throws IOException;

  /** The VM stands still; CRIU has not started. */
  void standing(ControlBlock task) throws IOException;

  /** The image is complete, but for its manifest; the task is held by CRIU. */
  void held(ControlBlock task, Path image) throws IOException;

  /** Packets of its connections pass again. If the task is to run on after all, it stands still. */
  void open();

  /** The task is about to run on after all: nothing may stand in the way of that. */
  void undone();
}
