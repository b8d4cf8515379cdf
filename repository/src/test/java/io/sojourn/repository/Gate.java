package io.sojourn.repository;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/**
 * Stands before a server, and does to each connection what a bad network or server would do. Each
 * is for one request.
 */
public final class Gate implements Closeable {
  /** What becomes of a connection. */
  public enum Fate {
    PASSES,
    /** Nobody is there. */
    REFUSED,
    /** The server takes its time: until the fate of this connection is another. */
    HELD,
    /** The server says 503. */
    ANSWERS_ERROR,
    /** It says nothing. */
    SILENT,
    /** It ends in the middle of an answer. */
    CUT
  }

  private final ServerSocket door;
  private final int server;
  private final IntFunction<Fate> fates;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /**
   * @param fates by the number of the connection, from 0 on
   */
  public Gate(int server, IntFunction<Fate> fates) throws IOException {
    this.server = server;
    this.fates = fates;
    door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  public int port() {
    return door.getLocalPort();
  }

  private void accept() {
    try {
      for (int number = 0; ; number++) {
        Socket client = door.accept();
        int which = number;
        threads.execute(() -> serve(client, which));
      }
    } catch (IOException closed) {
      // Nobody comes any more.
    }
  }

  /** Fates have changed: who is held may go on. */
  public synchronized void look() {
    notifyAll();
  }

  private synchronized Fate fate(int number) throws InterruptedException {
    while (fates.apply(number) == Fate.HELD) wait();
    return fates.apply(number);
  }

  private void serve(Socket client, int number) {
    try (client) {
      switch (fate(number)) {
        // It is closed by a reset.
        case REFUSED -> client.setSoLinger(true, 0);
        case HELD -> throw new IllegalStateException("it was waited for");
        case SILENT -> drain(client.getInputStream());
        case ANSWERS_ERROR -> {
          client
              .getOutputStream()
              .write(
                  "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                      .getBytes(StandardCharsets.US_ASCII));
          client.shutdownOutput();
          drain(client.getInputStream());
        }
        case CUT -> {
          try (Socket onward = new Socket(InetAddress.getLoopbackAddress(), server)) {
            threads.execute(() -> copy(client, onward));
            onward.getInputStream().readNBytes(50);
          }
        }
        case PASSES -> {
          try (Socket onward = new Socket(InetAddress.getLoopbackAddress(), server)) {
            threads.execute(() -> copy(client, onward));
            onward.getInputStream().transferTo(client.getOutputStream());
          }
        }
      }
    } catch (IOException | InterruptedException ended) {
      // As connections do.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read; (read = in.read()) >= 0 && read != '\r'; ) out.write(read);
      out.write("\r\nConnection: close\r".getBytes(StandardCharsets.US_ASCII));
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException ended) {
      // As connections do.
    }
  }

  private static void drain(InputStream in) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
  }

  @Override
  public void close() throws IOException {
    door.close();
    threads.shutdownNow();
  }
}
