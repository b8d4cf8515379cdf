package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.sojourn.engine.files.ConnectingSocket;
import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import io.sojourn.protocol.files.Entry;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sockets of others at home, to which the task connects by their names. */
final class SocketCalls {
  private static final Logger LOG = LoggerFactory.getLogger(SocketCalls.class);

  /** While more than its backlog wait for who listens. */
  private static final long PATIENCE_SECONDS = 10;

  private final GuestFiles files;

  SocketCalls(GuestFiles files) {
    this.files = files;
  }

  /** Says of a socket whether the task would reach somebody there. */
  Entry heard(Entry entry) throws Refused {
    if ((entry.getAttributes().getMode() & Statx.S_IFMT) != Statx.S_IFSOCK) return entry;
    Node node = files.nodes().get(entry.getNode());
    // The task's own is where the task is.
    if (files.sockets().isOurs(node.key().device(), node.key().inode())) return entry;
    try (SharedDescriptor.Use file = node.use()) {
      return ConnectingSocket.isBound(file.fd()) ? entry.toBuilder().setHeard(true).build() : entry;
    }
  }

  /** Connects; what home calls the connection. */
  ByteString connect(Node node) throws Refused {
    int socket = Refused.checked(ConnectingSocket.make());
    try (SharedDescriptor.Use file = node.use()) {
      Refused.checked(ConnectingSocket.connect(socket, file.fd(), PATIENCE_SECONDS));
      return ByteString.copyFromUtf8(files.made().keep(socket));
    } catch (IOException nobody) {
      LOG.warn("a connection of a task that is away is given up: {}", nobody.getMessage());
      throw new Refused(ErrorNumber.EIO);
    } finally {
      FileCalls.close(socket);
    }
  }
}
