package io.sojourn.node.daemon;

import io.sojourn.checkpointer.Checkpointer;
import io.sojourn.restore.Restorer;

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

  /** "4.2.1"; "" where there is none. */
  String criuVersion();

  /** Does beforehand what would make the first operation slow. */
  default void warmUp() {}

  /** Takes away what it made on this machine for its own use. */
  @Override
  default void close() {}
}
