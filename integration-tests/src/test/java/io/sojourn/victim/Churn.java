package io.sojourn.victim;

import static io.sojourn.victim.Control.require;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * Much memory, in the heap and outside of it, which is written anew all the time, so that the parts
 * of each piece belong together only as long as none of them is of another moment. Argument: how
 * many MB live. It counts the ends of children it is told of, holds a lock on the file "locked",
 * and closes a connection when a byte has come.
 */
public final class Churn {
  private static final int PIECE = 1 << 16;
  private static final int WRITERS = 2;
  private static final AtomicInteger childrenEnded = new AtomicInteger();

  private static volatile String failure = "";

  private Churn() {}

  public static void main(String[] arguments) throws Exception {
    Signal.handle(new Signal("CHLD"), signal -> childrenEnded.incrementAndGet());
    Path locked = Path.of(System.getProperty("control")).resolve("locked");
    FileChannel file =
        FileChannel.open(locked, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = file.lock();
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    background("accept", () -> accept(server));
    Piece[] pieces = new Piece[Integer.parseInt(arguments[0]) * ((1 << 20) / PIECE)];
    for (int i = 0; i < pieces.length; i++) pieces[i] = new Piece(i);
    for (int i = 0; i < WRITERS; i++) {
      SplittableRandom random = new SplittableRandom(i);
      background("writer " + i, () -> write(pieces, random));
    }
    Control.serve(
        question ->
            switch (question) {
              case "check" -> check(pieces);
              case "port" -> String.valueOf(server.getLocalPort());
              case "children ended" -> String.valueOf(childrenEnded.get());
              case "locked" -> String.valueOf(lock.isValid());
              default -> throw new IllegalArgumentException(question);
            });
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void background(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException | RuntimeException e) {
                failure = name + ": " + e;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void accept(ServerSocket server) throws IOException {
    while (true) {
      try (Socket peer = server.accept()) {
        peer.getInputStream().read();
      }
    }
  }

  private static void write(Piece[] pieces, SplittableRandom random) throws InterruptedException {
    while (failure.isEmpty()) {
      // Others shall have the processor, too.
      if (random.nextInt(16) == 0) Thread.sleep(1);
      pieces[random.nextInt(pieces.length)].writeAnew(random.nextLong());
      // As many garbage as a program makes, and as many pauses of the collector.
      if (random.nextInt(8) == 0) pieces[random.nextInt(pieces.length)].moveAway();
    }
  }

  private static String check(Piece[] pieces) {
    require(failure.isEmpty(), failure);
    for (Piece piece : pieces) piece.verify();
    return "whole";
  }

  /** Half of them are outside of the heap. Its words follow each other from a seed on. */
  private static final class Piece {
    private final boolean outside;
    private ByteBuffer words;
    private long seed;

    Piece(int number) {
      outside = number % 2 == 0;
      words = outside ? ByteBuffer.allocateDirect(PIECE) : ByteBuffer.allocate(PIECE);
      writeAnew(number);
    }

    synchronized void writeAnew(long fresh) {
      SplittableRandom random = new SplittableRandom(fresh);
      for (int at = 0; at < PIECE; at += Long.BYTES) words.putLong(at, random.nextLong());
      seed = fresh;
    }

    synchronized void moveAway() {
      if (outside) return;
      words = ByteBuffer.wrap(words.array().clone());
    }

    synchronized void verify() {
      SplittableRandom random = new SplittableRandom(seed);
      for (int at = 0; at < PIECE; at += Long.BYTES)
        require(words.getLong(at) == random.nextLong(), "a piece is torn at " + at);
    }
  }
}
