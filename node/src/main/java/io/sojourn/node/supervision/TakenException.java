package io.sojourn.node.supervision;

/** The next life of a task is another node's. */
public final class TakenException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String node;

  TakenException(String node, String message) {
    super(message);
    this.node = node;
  }

  public String node() {
    return node;
  }
}
