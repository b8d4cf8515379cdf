package io.sojourn.home.deputy;

import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileLock;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program with one of each: a locked file, a pipe, a server, a connection. Says the server's
 * port, and then what it reads.
 */
final class Holding {
  private Holding() {}

  public static void main(String[] args) throws Exception {
    Path place = Path.of(args[0]);
    List<Object> held = new ArrayList<>();
    RandomAccessFile locked = new RandomAccessFile(place.resolve("locked").toFile(), "rw");
    FileLock lock = locked.getChannel().lock();
    held.add(lock);
    Pipe pipe = Pipe.open();
    held.add(pipe);
    RandomAccessFile deleted = new RandomAccessFile(place.resolve("deleted").toFile(), "rw");
    deleted.writeUTF("still there");
    Files.delete(place.resolve("deleted"));
    held.add(deleted);
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      System.out.println(server.getLocalPort());
      Socket peer = server.accept();
      OutputStream out = peer.getOutputStream();
      for (int b; (b = peer.getInputStream().read()) >= 0; ) out.write(b);
    }
    Thread.sleep(Long.MAX_VALUE);
    System.out.println(held.size());
  }
}
