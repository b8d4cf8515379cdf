package io.sojourn.node.move;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a node takes tasks. A drained one does not, also after a start of its daemon. */
public final class Door {
  private final Path closed;
  private final String node;

  /**
   * @param closed a file that is there while it is closed
   * @param node as users know it
   */
  public Door(Path closed, String node) {
    this.closed = closed;
    this.node = node;
  }

  public void close() throws IOException {
    if (isOpen()) Files.createFile(closed);
  }

  public void open() throws IOException {
    Files.deleteIfExists(closed);
  }

  public boolean isOpen() {
    return !Files.exists(closed);
  }

  /**
   * @throws OperationException where it is closed
   */
  public void refuse() {
    if (!isOpen())
      throw OperationException.refused(
          "node " + node + " is drained, and takes no tasks",
          "choose another node (ckpt nodes), or let it: ckpt node drain --undo " + node);
  }
}
