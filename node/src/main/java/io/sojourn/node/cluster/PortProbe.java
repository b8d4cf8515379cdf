package io.sojourn.node.cluster;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.net.ServerSocket;

/** Looks whether a node could listen there, before a token is spent. */
final class PortProbe {
  private PortProbe() {}

  static void check(Address listen) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(listen.socket());
    } catch (IOException taken) {
      throw OperationException.refused(
          "no other node can call at " + listen + ": " + taken.getMessage(),
          "choose another address or port with --listen, or end who has it (ss -ltnp)");
    }
  }
}
