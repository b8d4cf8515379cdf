package io.sojourn.restore.net;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A program with a busy connection: reads noise and checks it, writes noise, until the peer ends;
 * then notes what it saw. Arguments: host, port, file, pause between writes in ms.
 */
public final class Chatter {
  private Chatter() {}

  public static void main(String[] arguments) throws Exception {
    Path result = Path.of(arguments[2]);
    try (Socket socket = new Socket(arguments[0], Integer.parseInt(arguments[1]))) {
      String said = talk(socket, Long.parseLong(arguments[3]));
      Files.writeString(result, said);
    } catch (Exception failed) {
      Files.writeString(result, "failed: " + failed);
    }
  }

  /** Both sides do the same, with each other's noise. */
  static String talk(Socket socket, long pauseMillis) throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    Noise out = new Noise(1);
    Exception[] failure = {null};
    Thread writer =
        new Thread(
            () -> {
              byte[] buffer = new byte[7919];
              try {
                OutputStream to = socket.getOutputStream();
                while (!ended.get()) {
                  int length = 1 + (int) (out.offset() * 31 % buffer.length);
                  out.fill(buffer, length);
                  to.write(buffer, 0, length);
                  if (pauseMillis > 0) Thread.sleep(pauseMillis);
                }
                socket.shutdownOutput();
              } catch (Exception e) {
                failure[0] = e;
              }
            });
    writer.start();
    Noise in = new Noise(2);
    byte[] buffer = new byte[16 << 10];
    InputStream from = socket.getInputStream();
    for (int length; (length = from.read(buffer)) >= 0; ) in.check(buffer, length);
    ended.set(true);
    writer.join();
    if (failure[0] != null) throw failure[0];
    return in.offset() + " " + out.offset();
  }
}
