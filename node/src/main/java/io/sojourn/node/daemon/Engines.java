package io.sojourn.node.daemon;

import io.sojourn.checkpointer.Checkpointer;
import io.sojourn.checkpointer.Departures;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.restore.Restorer;
import java.nio.file.Path;

/** What the daemon has its work done by. */
interface Engines extends AutoCloseable {
  /**
   * @throws io.sojourn.engine.operation.OperationException this node has nothing to do it with
   */
  Checkpointer checkpointer();

  /**
   * @throws io.sojourn.engine.operation.OperationException this node has nothing to do it with
   */
  Restorer restorer();

  /**
   * @throws io.sojourn.engine.operation.OperationException this node has nothing to do it with
   */
  default Departures departures() {
    throw OperationException.refused(
        "this node cannot move tasks", "provide CRIU: ckpt node stop; ckpt node start");
  }

  /**
   * CRIU itself.
   *
   * @throws io.sojourn.engine.operation.OperationException this node has none
   */
  default Path criu() {
    throw OperationException.refused(
        "there is no CRIU on this node", "provide it: ckpt node stop; ckpt node start");
  }

  /** "4.2.1"; "" where there is none. */
  String criuVersion();

  /** Does beforehand what would make the first operation slow. */
  default void warmUp() {}

  /** Takes away what it made on this machine for its own use. */
  @Override
  default void close() {}
}
