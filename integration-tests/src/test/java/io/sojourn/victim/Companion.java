package io.sojourn.victim;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The other end of a {@link Traveller}, as a program of its own: for a machine that a test cannot
 * reach. Accepts one connection.
 *
 * <p>Argument: the port.
 */
public final class Companion {
  private static volatile boolean over;
  private static volatile String failure = "none";
  private static volatile long sent;
  private static volatile long received;

  private Companion() {}

  public static void main(String[] arguments) throws Exception {
    ServerSocket server = new ServerSocket(Integer.parseInt(arguments[0]));
    Thread talking = new Thread(() -> talk(server));
    talking.start();
    Control.serve(
        question -> {
          switch (question) {
            case "failure":
              return failure;
            case "counts":
              return sent + " " + received;
            case "say no more":
              over = true;
              return "so be it";
            case "finish":
              talking.join();
              return sent + " " + received;
            default:
              throw new IllegalArgumentException(question);
          }
        });
  }

  private static void talk(ServerSocket server) {
    try (Socket traveller = server.accept()) {
      Thread writing = new Thread(() -> write(traveller));
      writing.start();
      read(traveller.getInputStream());
      writing.join();
    } catch (Exception e) {
      failure = e.toString();
    }
  }

  private static void write(Socket to) {
    byte[] bytes = new byte[3001];
    try {
      OutputStream stream = to.getOutputStream();
      while (!over) {
        int length = 1 + (int) (sent * 13 % bytes.length);
        for (int i = 0; i < length; i++) bytes[i] = Traveller.text(sent + i);
        stream.write(bytes, 0, length);
        sent += length;
        Thread.sleep(2);
      }
      to.shutdownOutput();
    } catch (Exception e) {
      failure = e.toString();
    }
  }

  private static void read(InputStream from) throws IOException {
    byte[] bytes = new byte[8192];
    for (int count; (count = from.read(bytes)) >= 0; ) {
      for (int i = 0; i < count; i++)
        if (bytes[i] != Traveller.text(received + i))
          throw new IOException("another byte at " + (received + i));
      received += count;
    }
  }
}
