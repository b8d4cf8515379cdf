package io.sojourn.victim;

import java.io.FileOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes to a file and to a peer and changes a name a few times a second, and sends back what the
 * peer says, each in a thread of its own, and notes what it is told when that fails; then it does
 * so no more until it is told to begin anew.
 *
 * <p>Arguments: the peer's address and port.
 */
public final class Patience {
  private static final StringBuffer seen = new StringBuffer();

  private Patience() {}

  public static void main(String[] arguments) throws Exception {
    begin(arguments);
    Control.serve(
        question ->
            switch (question) {
              case "seen" -> seen.toString();
              case "begin anew" -> begin(arguments);
              default -> throw new IllegalArgumentException(question);
            });
  }

  private static String begin(String[] arguments) throws IOException {
    Socket peer = new Socket(arguments[0], Integer.parseInt(arguments[1]));
    thread(
        "connection",
        () -> {
          for (; ; Thread.sleep(100)) peer.getOutputStream().write(1);
        });
    thread(
        "answers",
        () -> {
          int heard = peer.getInputStream().read();
          for (; heard >= 0; heard = peer.getInputStream().read())
            peer.getOutputStream().write(heard);
        });
    thread(
        "file",
        () -> {
          for (; ; Thread.sleep(100))
            try (FileOutputStream to = new FileOutputStream("kept", true)) {
              to.write(1);
            }
        });
    // Unlike the file's, each of these is one call, whenever the road home is cut.
    thread(
        "names",
        () -> {
          for (Path made = Path.of("made"); ; Thread.sleep(100))
            if (!Files.deleteIfExists(made)) Files.createDirectory(made);
        });
    return "file and connection";
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void thread(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception failed) {
                seen.append(name).append(": ").append(failed.getMessage()).append('\n');
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
