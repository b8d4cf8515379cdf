package io.sojourn.restore.fuse;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** The wire between two nodes, that a test can cut and heal. */
final class Link implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Socket> open = new ArrayList<>();
  private int home;
  private boolean cut;

  Link() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** Leads to a port; the port to connect to instead. */
  int to(int port) {
    home = port;
    return listener.getLocalPort();
  }

  /** Each connection breaks, wherever in a message it was, and no other is made. */
  synchronized void cut() throws IOException {
    cut = true;
    for (Socket socket : open) socket.close();
    open.clear();
  }

  synchronized void heal() {
    cut = false;
    notifyAll();
  }

  private void accept() {
    try {
      while (true) {
        Socket near = listener.accept();
        synchronized (this) {
          if (cut) {
            near.close();
            continue;
          }
          Socket far = new Socket(InetAddress.getLoopbackAddress(), home);
          open.add(near);
          open.add(far);
          start(() -> copy(near, far));
          start(() -> copy(far, near));
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException cut) {
      // As it was meant.
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "link");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    cut();
    listener.close();
  }
}
