package io.sojourn.node.shipping;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A port that leads to another one, breaks after so many bytes, and leads there again. */
final class BadLink implements AutoCloseable {
  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
  private final int target;
  private final long breaksAfter;
  private final AtomicLong carried = new AtomicLong();
  private final List<Socket> open = new ArrayList<>();
  private int breaks;

  BadLink(int target, long breaksAfter) throws IOException {
    this.target = target;
    this.breaksAfter = breaksAfter;
    daemon(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  synchronized int breaks() {
    return breaks;
  }

  private void accept() {
    try {
      while (true) {
        Socket from = door.accept();
        Socket to = new Socket(InetAddress.getByName("127.0.0.1"), target);
        synchronized (this) {
          open.add(from);
          open.add(to);
        }
        daemon(() -> carry(from, to));
        daemon(() -> carry(to, from));
      }
    } catch (IOException closed) {
      // Nobody listens any more.
    }
  }

  private void carry(Socket from, Socket to) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count; (count = in.read(buffer)) > 0; ) {
        out.write(buffer, 0, count);
        if (carried.addAndGet(count) > breaksAfter) cut();
      }
    } catch (IOException broken) {
      // As it is meant to be.
    }
  }

  private synchronized void cut() throws IOException {
    carried.set(0);
    breaks++;
    for (Socket socket : open) socket.close();
    open.clear();
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "bad link");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
    cut();
  }
}
