package io.sojourn.harness;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many connections to an echo server, each with a thread that sends numbers and wants them back in
 * their order, without pause.
 */
public final class Load implements AutoCloseable {
  private final List<Socket> sockets = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<AtomicLong> rounds = new ArrayList<>();
  private volatile String failure = "";
  private volatile boolean closed;

  public Load(int port, int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      sockets.add(socket);
      AtomicLong count = new AtomicLong();
      rounds.add(count);
      Thread thread = new Thread(() -> work(socket, count), "load-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  private void work(Socket socket, AtomicLong count) {
    try {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      while (!closed) {
        long number = count.get();
        out.writeLong(number);
        long back = in.readLong();
        if (back != number) throw new IOException(number + " came back as " + back);
        count.incrementAndGet();
        Thread.sleep(1);
      }
    } catch (IOException | InterruptedException e) {
      if (!closed) failure = Thread.currentThread().getName() + ": " + e;
    }
  }

  /** What went wrong first; empty as long as nothing did. */
  public String failure() {
    return failure;
  }

  /** How far each connection is. */
  public long[] rounds() {
    return rounds.stream().mapToLong(AtomicLong::get).toArray();
  }

  /** Whether every connection has gone on since. */
  public boolean allBeyond(long[] before) {
    long[] now = rounds();
    for (int i = 0; i < now.length; i++) if (now[i] <= before[i]) return false;
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
