package io.sojourn.restore.net;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program with a connection that is open in one direction only. Arguments: host, port, file for
 * the result, and "writes" (the peer has ended, this goes on writing until there is a file "enough"
 * beside that one) or "reads" (this has ended).
 */
public final class HalfOpen {
  private HalfOpen() {}

  public static void main(String[] arguments) throws Exception {
    Path result = Path.of(arguments[2]);
    try (Socket socket = new Socket(arguments[0], Integer.parseInt(arguments[1]))) {
      String bytes = arguments[3].equals("writes") ? writes(socket, enough(result)) : reads(socket);
      Files.writeString(result, bytes);
    } catch (Exception failed) {
      Files.writeString(result, "failed: " + failed);
    }
  }

  static Path enough(Path result) {
    return result.resolveSibling("enough");
  }

  private static String writes(Socket socket, Path enough) throws Exception {
    socket.getInputStream().readAllBytes();
    Noise out = new Noise(1);
    byte[] buffer = new byte[1000];
    while (!Files.exists(enough)) {
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
