package io.sojourn.engine.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** A TCP proxy whose connections can be cut, in the middle of anything. */
final class CutLink implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private LongSupplier between = () -> Long.MAX_VALUE;
  private long left = Long.MAX_VALUE;
  private int cutsLeft;

  CutLink(int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      for (; ; ) {
        Socket from = server.accept();
        Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
        from.setTcpNoDelay(true);
        to.setTcpNoDelay(true);
        open.add(from);
        open.add(to);
        start(() -> copy(from, to));
        start(() -> copy(to, from));
      }
    } catch (IOException closed) {
      cut();
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }

  /** Cuts itself so many times, each time after so many bytes. */
  synchronized void cutEach(LongSupplier bytes, int times) {
    between = bytes;
    left = bytes.getAsLong();
    cutsLeft = times;
  }

  /** How often it will still cut itself. */
  synchronized int cutsLeft() {
    return cutsLeft;
  }

  private synchronized boolean over(int bytes) {
    left -= bytes;
    if (left > 0 || cutsLeft == 0) return false;
    left = between.getAsLong();
    cutsLeft--;
    return true;
  }

  private void copy(Socket from, Socket to) {
    byte[] buffer = new byte[16 << 10];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n; (n = in.read(buffer)) >= 0; ) {
        out.write(buffer, 0, n);
        if (over(n)) cut();
      }
    } catch (IOException cut) {
      // As intended.
    }
  }

  /** Everything on the way is lost. */
  void cut() {
    for (Socket one : open) {
      try {
        one.setSoLinger(true, 0);
        one.close();
      } catch (IOException gone) {
        // It is cut.
      }
    }
    open.clear();
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
