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
  private boolean mute;

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
    notifyAll();
  }

  /** What is asked still arrives; no answer does, until the link is cut. */
  synchronized void mute() {
    mute = true;
  }

  synchronized void heal() {
    cut = false;
    mute = false;
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
          start(() -> copy(near, far, false));
          start(() -> copy(far, near, true));
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void copy(Socket from, Socket to, boolean answers) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] bytes = new byte[8192];
      for (int count; (count = in.read(bytes)) >= 0; ) {
        if (answers && isMute()) return;
        out.write(bytes, 0, count);
      }
    } catch (IOException | InterruptedException cut) {
      // As it was meant.
    }
  }

  private synchronized boolean isMute() throws InterruptedException {
    while (mute && !cut) wait();
    return mute;
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
