package io.sojourn.examples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A directory in which programs tell where they listen.
 *
 * @param own address of this machine, at which the others reach it
 */
public record Meeting(Path directory, InetAddress own) {
  private static final int LOOK_MILLIS = 10;

  /** Listens, tells where, and waits for the one that connects. */
  public Socket await(int rank) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, own)) {
      Path unfinished = directory.resolve("port-" + rank + ".tmp");
      Files.writeString(unfinished, own.getHostAddress() + " " + server.getLocalPort());
      Files.move(unfinished, port(rank), StandardCopyOption.ATOMIC_MOVE);
      return server.accept();
    }
  }

  /** Connects to the one of that rank, once that listens. */
  public Socket find(int rank) throws IOException, InterruptedException {
    while (!Files.exists(port(rank))) Thread.sleep(LOOK_MILLIS);
    String[] words = Files.readString(port(rank)).split(" ");
    return new Socket(InetAddress.getByName(words[0]), Integer.parseInt(words[1]));
  }

  private Path port(int rank) {
    return directory.resolve("port-" + rank);
  }
}
