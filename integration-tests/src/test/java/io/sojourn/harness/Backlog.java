package io.sojourn.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Connections to an echo server that write numbers as fast as they can and read them back slowly:
 * the server's send queues are full, and shrink all the time.
 */
public final class Backlog implements AutoCloseable {
  /** Numbers between two pauses of a millisecond: some 8 MB a second. */
  private static final int AT_ONCE = 1024;

  private final List<Socket> sockets = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<AtomicLong> read = new ArrayList<>();
  private volatile String failure = "";
  private volatile boolean rests;
  private volatile boolean closed;

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  public Backlog(int port, int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      AtomicLong count = new AtomicLong();
      sockets.add(socket);
      read.add(count);
      start("backlog-write-" + i, () -> write(socket));
      start("backlog-read-" + i, () -> read(socket, count));
    }
  }

  private void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException e) {
                if (!closed) failure = name + ": " + e;
              }
            },
            name);
    threads.add(thread);
    thread.start();
  }

  private void write(Socket socket) throws IOException {
    DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
    for (long number = 0; !closed; number++) out.writeLong(number);
  }

  private void read(Socket socket, AtomicLong count) throws IOException, InterruptedException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    while (!closed) {
      for (int i = 0; i < AT_ONCE; i++) {
        long expected = count.get(), number = in.readLong();
        if (number != expected) throw new IOException(expected + " came back as " + number);
        count.incrementAndGet();
      }
      do Thread.sleep(1);
      while (rests && !closed);
    }
  }

  /** Waits until each connection has brought more than any queue holds, all of it in order. */
  public void goesOn(Duration patience) {
    long[] before = read.stream().mapToLong(AtomicLong::get).toArray();
    await().atMost(patience).until(() -> !failure.isEmpty() || allBeyond(before));
    assertThat(failure).isEmpty();
  }

  /** Reads nothing more, and waits until something waits in each of the server's send queues. */
  public void rests(Duration patience) {
    rests = true;
    await().atMost(patience).until(() -> queued().stream().allMatch(length -> length > 0));
  }

  /** Reads on, and waits until some of each is acknowledged. */
  public void readsOn(Duration patience) throws IOException {
    List<Integer> before = queued();
    rests = false;
    await()
        .atMost(patience)
        .until(
            () -> {
              List<Integer> now = queued();
              return IntStream.range(0, now.size()).allMatch(i -> now.get(i) < before.get(i));
            });
  }

  /** What the server's kernel has not seen acknowledged of each connection: proc(5), net/tcp. */
  private List<Integer> queued() throws IOException {
    List<String> kernels = new ArrayList<>(Files.readAllLines(Path.of("/proc/net/tcp")));
    kernels.addAll(Files.readAllLines(Path.of("/proc/net/tcp6")));
    List<Integer> lengths = new ArrayList<>();
    for (Socket socket : sockets)
      for (String line : kernels) {
        String[] words = line.strip().split("\\s+");
        if (words[1].endsWith(":%04X".formatted(socket.getPort()))
            && words[2].endsWith(":%04X".formatted(socket.getLocalPort())))
          lengths.add(Integer.parseInt(words[4].substring(0, 8), 16));
      }
    assertThat(lengths).hasSameSizeAs(sockets);
    return lengths;
  }

  private boolean allBeyond(long[] before) {
    for (int i = 0; i < before.length; i++)
      if (read.get(i).get() < before[i] + (1 << 18)) return false;
    return true;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    for (Socket socket : sockets) socket.close();
    for (Thread thread : threads)
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
  }
}
