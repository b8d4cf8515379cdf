package io.sojourn.restore;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/** What the task listened on must be free again. */
final class PortCheck {
  private PortCheck() {}

  static void check(RestoreOrder order) {
    if (order.options().asClone()) {
      order.manifest().getSocketsList().forEach(PortCheck::checkForClone);
      return; // Its network is new, its files are not.
    }
    int self = (int) ProcessHandle.current().pid();
    Collection<InternetSocket> here = InternetSocket.inNamespaceOf(self).values();
    for (Socket wanted : order.manifest().getSocketsList())
      if (wanted.getState().equals("LISTEN") && wanted.getProtocol().startsWith("tcp"))
        here.stream()
            .filter(socket -> socket.tcp() && socket.listening())
            .filter(socket -> collide(socket.local(), wanted.getLocal()))
            .findFirst()
            .ifPresent(
                taken -> {
                  throw refusal(order, wanted, taken);
                });
  }

  /** A second listener under the same name would take it away from the first. */
  private static void checkForClone(Socket socket) {
    boolean named = socket.getProtocol().equals("unix") && socket.getLocal().startsWith("/");
    if (named && socket.getState().equals("LISTEN") && Files.exists(Path.of(socket.getLocal())))
      throw OperationException.refused(
          "the task listens on " + socket.getLocal() + ", which a clone would take from the first",
          "end the first and remove that file, or restore without --clone");
  }

  private static OperationException refusal(
      RestoreOrder order, Socket wanted, InternetSocket taken) {
    Optional<String> owner = SocketOwner.of(taken.inode());
    return OperationException.refused(
        "task "
            + order.taskName()
            + " listens on "
            + wanted.getLocal()
            + ", which is taken by "
            + owner.orElse("another process"),
        "end that process, or restore with --clone, in a network of its own");
  }

  /** The same port, and the same address or one that stands for all. */
  static boolean collide(String a, String b) {
    int colonA = a.lastIndexOf(':'), colonB = b.lastIndexOf(':');
    if (!a.substring(colonA).equals(b.substring(colonB))) return false;
    String hostA = a.substring(0, colonA), hostB = b.substring(0, colonB);
    return hostA.equals(hostB) || isAny(hostA) || isAny(hostB);
  }

  private static boolean isAny(String host) {
    return host.equals("0.0.0.0") || host.matches("\\[[0:]*]");
  }
}
