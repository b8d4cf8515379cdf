package io.sojourn.victim;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Uses sockets as it is told to; each has a name. */
public final class Sockets {
  private static final Map<String, Socket> sockets = new ConcurrentHashMap<>();
  private static final Map<String, SocketChannel> connecting = new HashMap<>();
  private static final Map<String, ServerSocket> servers = new HashMap<>();
  private static final Map<String, AtomicLong> heard = new ConcurrentHashMap<>();

  public static void main(String[] args) throws Exception {
    Control.serve(
        question -> {
          String[] words = question.split(" ");
          try {
            return answer(words);
          } catch (IOException failed) {
            return failed.getClass().getSimpleName() + ": " + failed.getMessage();
          }
        });
  }

  private static String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "connect": // NAME HOST PORT
        sockets.put(words[1], connected(words[2], words[3]));
        return ends(socket(words[1]));
      case "begin": // NAME HOST PORT: a connect that nobody waits for
        SocketChannel begun = SocketChannel.open();
        begun.configureBlocking(false);
        begun.connect(new InetSocketAddress(words[2], Integer.parseInt(words[3])));
        connecting.put(words[1], begun);
        return "begun";
      case "finish": // NAME: waits for it
        sockets.put(words[1], finished(Objects.requireNonNull(connecting.remove(words[1]))));
        return ends(socket(words[1]));
      case "ends":
        return ends(socket(words[1]));
      case "listen": // NAME HOST: serves echoes, each in a thread
        InetAddress where = words[2].equals("any") ? null : InetAddress.getByName(words[2]);
        ServerSocket server = new ServerSocket(0, 100, where);
        servers.put(words[1], server);
        daemon(() -> echoes(server));
        return "" + server.getLocalPort();
      case "echo": // NAME HOST PORT: connects, and echoes
        Socket talking = connected(words[2], words[3]);
        talking.setSoTimeout(0);
        sockets.put(words[1], talking);
        daemon(() -> echo(talking));
        return ends(talking);
      case "hold": // NAME: listens, and accepts nobody
        ServerSocket holding = new ServerSocket(0, 100);
        servers.put(words[1], holding);
        return "" + holding.getLocalPort();
      case "accept":
        ServerSocket from = Objects.requireNonNull(servers.get(words[1]));
        from.setSoTimeout(10_000);
        sockets.put(words[2], from.accept());
        return ends(socket(words[2]));
      case "write":
        socket(words[1]).getOutputStream().write(words[2].getBytes(StandardCharsets.UTF_8));
        return "done";
      case "read": // NAME COUNT
        byte[] bytes = socket(words[1]).getInputStream().readNBytes(Integer.parseInt(words[2]));
        return new String(bytes, StandardCharsets.UTF_8);
      case "end":
        socket(words[1]).shutdownOutput();
        return "done";
      case "close":
        socket(words[1]).close();
        sockets.remove(words[1]);
        return "done";
      case "options":
        return options(socket(words[1]));
      case "set":
        set(socket(words[1]), words[2]);
        return options(socket(words[1]));
      case "wait": // NAME MILLIS: a read that nothing comes for
        return timeout(socket(words[1]), Integer.parseInt(words[2]));
      case "datagrams": // NAME HOST: answers each, and counts
        return datagrams(words[1], InetAddress.getByName(words[2]), null);
      case "peer": // NAME HOST PEER PORT: the same, connected
        return datagrams(
            words[1],
            InetAddress.getByName(words[2]),
            new InetSocketAddress(words[3], Integer.parseInt(words[4])));
      case "heard":
        return "" + heard.get(words[1]);
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  private static Socket socket(String name) {
    return Objects.requireNonNull(sockets.get(name), name);
  }

  private static Socket connected(String host, String port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(host, Integer.parseInt(port)), 15_000);
    socket.setSoTimeout(15_000);
    return socket;
  }

  private static Socket finished(SocketChannel begun) throws IOException {
    try (Selector selector = Selector.open()) {
      begun.register(selector, SelectionKey.OP_CONNECT);
      while (!begun.finishConnect()) selector.select();
    }
    begun.configureBlocking(true);
    return begun.socket();
  }

  private static String ends(Socket socket) {
    return socket.getLocalAddress().getHostAddress()
        + ":"
        + socket.getLocalPort()
        + " "
        + socket.getInetAddress().getHostAddress()
        + ":"
        + socket.getPort();
  }

  private static void echoes(ServerSocket server) {
    try {
      while (true) {
        Socket peer = server.accept();
        daemon(() -> echo(peer));
      }
    } catch (IOException closed) {
      // It is over.
    }
  }

  private static void echo(Socket peer) {
    try (peer) {
      peer.getInputStream().transferTo(peer.getOutputStream());
    } catch (IOException gone) {
      // The peer's business.
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }

  private static String options(Socket socket) throws IOException {
    return "keep-alive %s no-delay %s linger %s send %s receive %s class %s"
        .formatted(
            socket.getKeepAlive(),
            socket.getTcpNoDelay(),
            socket.getSoLinger(),
            socket.getSendBufferSize(),
            socket.getReceiveBufferSize(),
            socket.getOption(StandardSocketOptions.IP_TOS));
  }

  private static void set(Socket socket, String option) throws IOException {
    switch (option) {
      case "keep-alive" -> socket.setKeepAlive(!socket.getKeepAlive());
      case "no-delay" -> socket.setTcpNoDelay(!socket.getTcpNoDelay());
      case "linger" -> socket.setSoLinger(true, 7);
      case "reset" -> socket.setSoLinger(true, 0);
      default -> throw new IllegalArgumentException(option);
    }
  }

  private static String timeout(Socket socket, int millis) throws IOException {
    socket.setSoTimeout(millis);
    long from = System.nanoTime();
    try {
      return "read " + socket.getInputStream().read();
    } catch (SocketTimeoutException late) {
      long passed = (System.nanoTime() - from) / 1_000_000;
      return passed >= millis ? "timed out" : "timed out after " + passed;
    } finally {
      socket.setSoTimeout(15_000);
    }
  }

  private static String datagrams(String name, InetAddress host, @Nullable InetSocketAddress peer)
      throws IOException {
    DatagramSocket socket = new DatagramSocket(0, host);
    if (peer != null) socket.connect(peer);
    AtomicLong count = new AtomicLong();
    heard.put(name, count);
    daemon(
        () -> {
          try {
            while (true) {
              DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
              socket.receive(packet);
              count.incrementAndGet();
              socket.send(packet);
            }
          } catch (IOException failed) {
            count.set(-1_000_000);
          }
        });
    return "" + socket.getLocalPort();
  }

  private Sockets() {}
}
