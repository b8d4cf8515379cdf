package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.victim.Traveller;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The peer's side of a {@link Traveller}'s talk. */
public final class Peer {
  /** A connection, of whichever family. */
  private interface Line {
    int read(byte[] bytes) throws IOException;

    void write(byte[] bytes, int length) throws IOException;

    void end() throws IOException;
  }

  private final Line line;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;
  private volatile long sent;
  private volatile long received;
  private volatile String failure = "";

  public Peer(Socket socket) {
    this(of(socket));
  }

  public Peer(SocketChannel channel) {
    this(of(channel));
  }

  private Peer(Line line) {
    this.line = line;
    start(this::write);
    start(this::read);
  }

  private static Line of(Socket socket) {
    return new Line() {
      @Override
      public int read(byte[] bytes) throws IOException {
        return socket.getInputStream().read(bytes);
      }

      @Override
      public void write(byte[] bytes, int length) throws IOException {
        socket.getOutputStream().write(bytes, 0, length);
      }

      @Override
      public void end() throws IOException {
        socket.shutdownOutput();
      }
    };
  }

  private static Line of(SocketChannel channel) {
    return new Line() {
      @Override
      public int read(byte[] bytes) throws IOException {
        return channel.read(ByteBuffer.wrap(bytes));
      }

      @Override
      public void write(byte[] bytes, int length) throws IOException {
        for (ByteBuffer left = ByteBuffer.wrap(bytes, 0, length); left.hasRemaining(); )
          channel.write(left);
      }

      @Override
      public void end() throws IOException {
        channel.shutdownOutput();
      }
    };
  }

  private interface Work {
    void run() throws Exception;
  }

  private void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                failure = e.toString();
              }
            });
    thread.start();
    threads.add(thread);
  }

  private void write() throws Exception {
    byte[] bytes = new byte[3001];
    while (!over) {
      int length = 1 + (int) (sent * 13 % bytes.length);
      for (int i = 0; i < length; i++) bytes[i] = Traveller.text(sent + i);
      line.write(bytes, length);
      sent += length;
      Thread.sleep(2);
    }
    line.end();
  }

  private void read() throws IOException {
    byte[] bytes = new byte[8192];
    for (int count; (count = line.read(bytes)) >= 0; ) {
      for (int i = 0; i < count; i++)
        if (bytes[i] != Traveller.text(received + i))
          throw new IOException("another byte at " + (received + i));
      received += count;
    }
  }

  /** Bytes go both ways. */
  public void goesOn() {
    goesOn(Duration.ofSeconds(30));
  }

  /** Before that is over. */
  public void goesOn(Duration most) {
    long in = received, out = sent;
    await()
        .atMost(most)
        .untilAsserted(
            () -> {
              assertThat(failure).isEmpty();
              assertThat(received).isGreaterThan(in + 20_000);
              assertThat(sent).isGreaterThan(out + 20_000);
            });
  }

  /** How many bytes it has given to its kernel. */
  public long sent() {
    return sent;
  }

  public String failure() {
    return failure;
  }

  public void finish() {
    over = true;
  }

  /** "SENT RECEIVED", when both directions have ended. */
  public String counts() throws InterruptedException {
    for (Thread thread : threads) thread.join();
    assertThat(failure).isEmpty();
    return sent + " " + received;
  }

  /** The first of what is not line N at place N: the whole would hide what other tests say. */
  private static List<String> strays(List<String> lines) {
    return IntStream.range(0, lines.size())
        .filter(at -> !lines.get(at).equals("" + (at + 1)))
        .mapToObj(at -> lines.get(at) + " in place of " + (at + 1))
        .limit(5)
        .toList();
  }

  /**
   * The talk is over, and so is the traveller: each side has every byte of the other, its file has
   * every line once, and the shell that started it has its exit status.
   */
  public void settle(Subject task) throws Exception {
    finish();
    String[] counts = task.ask("finish").split(" ");
    assertThat(counts()).isEqualTo(counts[1] + " " + counts[0]);
    List<String> lines = Files.readAllLines(task.home().resolve("lines"));
    assertThat(strays(lines)).as("lines that are not where they belong").isEmpty();
    assertThat(lines).hasSize(Integer.parseInt(counts[2]));
    task.ask("7");
    task.reads("status", "status 7");
  }
}
