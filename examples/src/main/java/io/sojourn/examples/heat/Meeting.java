package io.sojourn.examples.heat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A directory in which programs tell the ports that they listen on. */
record Meeting(Path directory) {
  private static final int LOOK_MILLIS = 10;

  /** Listens, tells where, and waits for the one that connects. */
  Socket await(int rank) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path unfinished = directory.resolve("port-" + rank + ".tmp");
      Files.writeString(unfinished, String.valueOf(server.getLocalPort()));
      Files.move(unfinished, port(rank), StandardCopyOption.ATOMIC_MOVE);
      return server.accept();
    }
  }

  /** Connects to the one of that rank, once that listens. */
  Socket find(int rank) throws IOException, InterruptedException {
    while (!Files.exists(port(rank))) Thread.sleep(LOOK_MILLIS);
    int port = Integer.parseInt(Files.readString(port(rank)));
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private Path port(int rank) {
    return directory.resolve("port-" + rank);
  }
}
