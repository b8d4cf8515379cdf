package io.sojourn.scenario;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What a peer says to a task and hears of it, as text. */
final class Saying {
  private static final int PATIENCE_MILLIS = 15_000;

  private Saying() {}

  static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  static String read(Socket socket, int count) throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    return new String(socket.getInputStream().readNBytes(count), StandardCharsets.UTF_8);
  }

  /** Until its end. */
  static String all(Socket socket) throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
