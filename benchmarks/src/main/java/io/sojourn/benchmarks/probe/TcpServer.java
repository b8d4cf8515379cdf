package io.sojourn.benchmarks.probe;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** The peer: takes bytes, gives bytes, or gives each byte back, as the first byte says. */
final class TcpServer {
  static final int TAKE = 'T';
  static final int GIVE = 'G';
  static final int ECHO = 'E';
  static final int BACKLOG = 2000;

  private static @Nullable ServerSocket listening;

  private TcpServer() {}

  /** The port. */
  static String started() throws IOException {
    ServerSocket server = new ServerSocket(0, BACKLOG);
    Thread thread = new Thread(() -> accept(server), "peer");
    thread.setDaemon(true);
    thread.start();
    return String.valueOf(server.getLocalPort());
  }

  /** When it listens, in microseconds of the wall clock; it does so until the next question. */
  static String listensAt(int port) throws IOException {
    ServerSocket before = listening;
    if (before != null) before.close();
    listening = new ServerSocket(port);
    return String.valueOf(Ticker.now());
  }

  private static void accept(ServerSocket server) {
    while (true) {
      try {
        Socket socket = server.accept();
        Thread thread = new Thread(null, () -> serve(socket), "peer", 256 << 10);
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        e.printStackTrace();
        return;
      }
    }
  }

  private static void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      int what = socket.getInputStream().read();
      if (what == TAKE) {
        TcpWork.take(socket);
        socket.getOutputStream().write(1);
      } else if (what == GIVE) TcpWork.give(socket, TcpWork.length(socket));
      else
        for (int one; (one = socket.getInputStream().read()) >= 0; )
          socket.getOutputStream().write(one);
    } catch (IOException e) {
      e.printStackTrace();
    }
  }
}
