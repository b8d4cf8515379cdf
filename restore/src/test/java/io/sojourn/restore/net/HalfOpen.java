package io.sojourn.restore.net;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program with a connection that is open in one direction only. Arguments: host, port, file, and
 * "writes" (the peer has ended, this goes on writing for some seconds) or "reads" (this has ended).
 */
public final class HalfOpen {
  private HalfOpen() {}

  public static void main(String[] arguments) throws Exception {
    Path result = Path.of(arguments[2]);
    try (Socket socket = new Socket(arguments[0], Integer.parseInt(arguments[1]))) {
      Files.writeString(result, arguments[3].equals("writes") ? writes(socket) : reads(socket));
    } catch (Exception failed) {
      Files.writeString(result, "failed: " + failed);
    }
  }

  private static String writes(Socket socket) throws Exception {
    socket.getInputStream().readAllBytes();
    Noise out = new Noise(1);
    byte[] buffer = new byte[1000];
    for (int i = 0; i < 600; i++) {
      out.fill(buffer, buffer.length);
      socket.getOutputStream().write(buffer);
      Thread.sleep(10);
    }
    return "" + out.offset();
  }

  private static String reads(Socket socket) throws Exception {
    socket.shutdownOutput();
    Noise in = new Noise(2);
    byte[] buffer = new byte[1000];
    for (int n; (n = socket.getInputStream().read(buffer)) >= 0; ) in.check(buffer, n);
    return "" + in.offset();
  }
}
