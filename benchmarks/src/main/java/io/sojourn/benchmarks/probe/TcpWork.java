package io.sojourn.benchmarks.probe;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Work with a {@link TcpServer}, wherever its address leads. */
record TcpWork(InetSocketAddress server) {
  private static final int PIECE = 256 << 10;
  private static final int WARM_UP = 200;

  /** Address and port are the third and fourth word. */
  static TcpWork at(String[] words) {
    return new TcpWork(new InetSocketAddress(words[2], Integer.parseInt(words[3])));
  }

  private Socket connected(int what) throws IOException {
    Socket socket = new Socket();
    socket.connect(server);
    socket.setTcpNoDelay(true);
    socket.getOutputStream().write(what);
    return socket;
  }

  /** Tries until somebody listens there; when that is, in microseconds of the wall clock. */
  String reach() throws InterruptedException {
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(server);
        return String.valueOf(Ticker.now());
      } catch (IOException nobody) {
        Thread.sleep(1);
      }
    }
  }

  /** Until the other side has all; in seconds. */
  String send(int megabytes) throws IOException {
    try (Socket socket = connected(TcpServer.TAKE)) {
      long start = System.nanoTime();
      give(socket, (long) megabytes << 20);
      socket.shutdownOutput();
      if (socket.getInputStream().read() != 1) throw new IOException("not all has arrived");
      return FileWork.seconds(start);
    }
  }

  String receive(int megabytes) throws IOException {
    try (Socket socket = connected(TcpServer.GIVE)) {
      long start = System.nanoTime();
      new DataOutputStream(socket.getOutputStream()).writeLong((long) megabytes << 20);
      if (take(socket) != (long) megabytes << 20) throw new IOException("not all has arrived");
      return FileWork.seconds(start);
    }
  }

  static long length(Socket socket) throws IOException {
    return new DataInputStream(socket.getInputStream()).readLong();
  }

  static void give(Socket socket, long bytes) throws IOException {
    byte[] piece = new byte[PIECE];
    for (long left = bytes; left > 0; left -= PIECE)
      socket.getOutputStream().write(piece, 0, (int) Math.min(left, PIECE));
  }

  static long take(Socket socket) throws IOException {
    byte[] piece = new byte[PIECE];
    long bytes = 0;
    for (int count; (count = socket.getInputStream().read(piece)) >= 0; ) bytes += count;
    return bytes;
  }

  /** Median and 99 % of the round trips of a byte, in microseconds. */
  String ping(int count) throws IOException {
    try (Socket socket = connected(TcpServer.ECHO)) {
      double[] micros = new double[count];
      for (int i = -WARM_UP; i < count; i++) {
        long start = System.nanoTime();
        echo(socket);
        if (i >= 0) micros[i] = (System.nanoTime() - start) / 1e3;
      }
      Arrays.sort(micros);
      return micros[count / 2] + " " + micros[count * 99 / 100];
    }
  }

  private static void echo(Socket socket) throws IOException {
    socket.getOutputStream().write(7);
    if (socket.getInputStream().read() != 7) throw new IOException("no echo");
  }

  /** Connections that are all open at once, a round trip over each; in seconds. */
  String many(int count) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(32);
    List<Socket> open = new ArrayList<>();
    long start = System.nanoTime();
    try {
      List<Callable<Socket>> connects = new ArrayList<>();
      for (int i = 0; i < count; i++) connects.add(() -> connected(TcpServer.ECHO));
      for (Future<Socket> one : threads.invokeAll(connects)) open.add(one.get());
      List<Callable<Boolean>> echoes = new ArrayList<>();
      for (Socket socket : open)
        echoes.add(
            () -> {
              echo(socket);
              return true;
            });
      for (Future<Boolean> one : threads.invokeAll(echoes)) one.get();
      return FileWork.seconds(start);
    } finally {
      for (Socket socket : open) socket.close();
      threads.shutdown();
    }
  }
}
