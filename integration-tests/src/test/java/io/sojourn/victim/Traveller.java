package io.sojourn.victim;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Talks with a peer without pause, in a text that both know, and says how many bytes went each way;
 * appends a numbered line to "lines" every few milliseconds; reads "source" line by line.
 *
 * <p>Arguments: the peer's address and port.
 */
public final class Traveller {
  private static volatile boolean over;
  private static volatile String failure = "none";
  private static volatile long sent;
  private static volatile long received;
  private static volatile int lines;

  private Traveller() {}

  public static void main(String[] arguments) throws Exception {
    Socket peer = new Socket(arguments[0], Integer.parseInt(arguments[1]));
    Thread writing = thread(() -> sent = write(peer.getOutputStream()));
    Thread reading = thread(() -> read(peer.getInputStream()));
    Thread noting = thread(Traveller::note);
    BufferedReader source = new BufferedReader(new FileReader("source"), 16);
    Control.serve(
        question -> {
          switch (question) {
            case "failure":
              return failure;
            case "received":
              return "" + received;
            case "signals":
              return HeardSignals.counts();
            case "line":
              return source.readLine();
            case "finish":
              over = true;
              writing.join();
              peer.shutdownOutput();
              reading.join();
              noting.join();
              return sent + " " + received + " " + lines;
            default:
              Control.afterwards(() -> System.exit(Integer.parseInt(question)));
              return "ends";
          }
        });
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Thread thread(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                failure = e.toString();
                e.printStackTrace();
              }
            });
    thread.start();
    return thread;
  }

  /** The byte at an offset of the text. */
  public static byte text(long offset) {
    return (byte) (offset * 31 + (offset >>> 8) * 7 + (offset >>> 16));
  }

  private static long write(OutputStream to) throws Exception {
    long offset = 0;
    byte[] bytes = new byte[4999];
    while (!over) {
      int length = 1 + (int) (offset * 17 % bytes.length);
      for (int i = 0; i < length; i++) bytes[i] = text(offset + i);
      to.write(bytes, 0, length);
      offset += length;
      Thread.sleep(2);
    }
    return offset;
  }

  private static void read(InputStream from) throws IOException {
    byte[] bytes = new byte[8192];
    for (int count; (count = from.read(bytes)) >= 0; ) {
      for (int i = 0; i < count; i++)
        if (bytes[i] != text(received + i))
          throw new IOException("another byte at " + (received + i));
      received += count;
    }
  }

  private static void note() throws Exception {
    try (FileOutputStream to = new FileOutputStream("lines", true)) {
      while (!over) {
        to.write((++lines + "\n").getBytes(StandardCharsets.US_ASCII));
        Thread.sleep(5);
      }
    }
  }
}
