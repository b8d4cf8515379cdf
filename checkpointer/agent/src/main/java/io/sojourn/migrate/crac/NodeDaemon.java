package io.sojourn.migrate.crac;

/** The agent's way to the node daemon. Not for programs. */
public interface NodeDaemon {
  /** Ask to be frozen into an image. */
  String FREEZE = "freeze";

  /** Take back what was asked, or note that it was heard. */
  String NOTHING = "";

  /** Writes down what is asked for, where the daemon looks when it hears a knock, or scans. */
  void ask(String request);

  /** False when nobody hears. */
  boolean knock();
}
