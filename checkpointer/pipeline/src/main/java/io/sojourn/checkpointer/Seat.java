package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The place of a task: how CRIU gets there, and who keeps it while the task is frozen. */
public interface Seat {
  /** The task is a process like any other, and ends when it is frozen. */
  Seat PLAIN = new Seat() {};

  /** CRIU's command line up to its own words. */
  default List<String> criu(Path program) {
    return List.of(program.toString());
  }

  /** Whether it is in a pid namespace that the daemon has made for it. */
  default boolean apart() {
    return false;
  }

  /** Whether somebody keeps the place of a frozen task. */
  default boolean kept() {
    return false;
  }

  /**
   * The image is stored; the task is held by CRIU, and is to stand still when CRIU lets go.
   *
   * @param image where it is
   */
  default void held(ControlBlock task, Path image) throws IOException {}

  /**
   * The image is the task now, and its processes stand still: whoever keeps the place takes it.
   *
   * @throws io.sojourn.engine.operation.OperationException nobody does; the processes stand still
   */
  default void take(ControlBlock task) {}

  /** The task runs on after all. */
  default void undone() {}
}
