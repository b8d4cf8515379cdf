package io.sojourn.migrate;

/**
 * Tells the node daemon that a task has come: connects and closes. Nothing is said, and the
 * connection is not kept: the daemon learns from the kernel who knocked, and reads the rest from
 * the control block. Where nobody listens, nothing happens; a daemon that starts later looks for
 * control blocks by itself.
 */
final class Knock {
  private static String socket = "";

  private Knock() {}

  /** Where the daemon of this task listens. */
  static void at(String runDirectory) {
    socket = runDirectory.concat("/agent.sock");
  }

  /** False where nobody listens. */
  static boolean knock() {
    return !socket.isEmpty() && NativeAgent.knock(socket);
  }
}
