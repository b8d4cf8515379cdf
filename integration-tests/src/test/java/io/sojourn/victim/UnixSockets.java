package io.sojourn.victim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Uses unix connections to a server and to others, or listens, as it is told to; each connection
 * has a name. One of them may be a talk without pause, in the text of {@link Traveller}.
 *
 * <p>Arguments: the server's socket.
 */
public final class UnixSockets {
  private static final Map<String, SocketChannel> connections = new ConcurrentHashMap<>();
  private static final Map<String, ServerSocketChannel> listeners = new ConcurrentHashMap<>();
  private static volatile boolean over;
  private static volatile String failure = "none";
  private static volatile long sent;
  private static volatile long received;
  private static volatile @Nullable Thread writing;
  private static volatile @Nullable Thread reading;

  private UnixSockets() {}

  public static void main(String[] arguments) throws Exception {
    UnixDomainSocketAddress server = UnixDomainSocketAddress.of(arguments[0]);
    Control.serve(question -> answer(server, question.split(" ")));
  }

  private static String answer(UnixDomainSocketAddress server, String[] words) throws Exception {
    switch (words[0]) {
      case "connect": // NAME
        return connect(words[1], server);
      case "reach": // NAME SOCKET: what comes of it
        try {
          return connect(words[1], UnixDomainSocketAddress.of(words[2]));
        } catch (IOException refused) {
          return "" + refused.getMessage();
        }
      case "listen": // SOCKET
        UnixDomainSocketAddress here = UnixDomainSocketAddress.of(words[1]);
        listeners.put(words[1], ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(here));
        return "listens";
      case "accept": // NAME SOCKET
        connections.put(words[1], Objects.requireNonNull(listeners.get(words[2])).accept());
        return "accepted";
      case "leave": // SOCKET
        Objects.requireNonNull(listeners.remove(words[1])).close();
        return "closed";
      case "write": // NAME TEXT
        one(words).write(ByteBuffer.wrap(words[2].getBytes(StandardCharsets.UTF_8)));
        return "done";
      case "try": // NAME TEXT: what comes of it
        return attempt(one(words), words[2]);
      case "read": // NAME COUNT
        return read(one(words), Integer.parseInt(words[2]));
      case "all": // NAME: until its end
        return read(one(words), Integer.MAX_VALUE);
      case "text": // NAME FROM COUNT: so many bytes of the text
        return text(one(words), Long.parseLong(words[2]), Integer.parseInt(words[3]));
      case "end": // NAME
        one(words).shutdownOutput();
        return "done";
      case "close": // NAME
        one(words).close();
        return "done";
      case "talk": // NAME
        SocketChannel talking = one(words);
        writing = thread(() -> write(talking));
        reading = thread(() -> read(talking));
        return "begins";
      case "finish": // NAME
        over = true;
        Objects.requireNonNull(writing).join();
        one(words).shutdownOutput();
        Objects.requireNonNull(reading).join();
        return sent + " " + received;
      case "failure":
        return failure;
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  private static String connect(String name, UnixDomainSocketAddress to) throws IOException {
    SocketChannel made = SocketChannel.open(StandardProtocolFamily.UNIX);
    made.connect(to);
    connections.put(name, made);
    return "connected";
  }

  private static SocketChannel one(String[] words) {
    return Objects.requireNonNull(connections.get(words[1]), words[1]);
  }

  private static String attempt(SocketChannel to, String text) {
    try {
      to.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      return "written";
    } catch (IOException refused) {
      return "" + refused.getMessage();
    }
  }

  /** So many bytes, or all up to the end. */
  public static String read(SocketChannel from, int most) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (all.size() < most) {
      ByteBuffer some = ByteBuffer.allocate(Math.min(most - all.size(), 8192));
      if (from.read(some) < 0) break;
      all.write(some.array(), 0, some.position());
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  private static String text(SocketChannel from, long offset, int count) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(count);
    while (all.hasRemaining()) if (from.read(all) < 0) return "an end after " + all.position();
    for (int i = 0; i < count; i++)
      if (all.get(i) != Traveller.text(offset + i)) return "another byte at " + (offset + i);
    return "as it was sent";
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Thread thread(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                failure = e.toString();
                e.printStackTrace();
              }
            });
    thread.start();
    return thread;
  }

  private static void write(SocketChannel to) throws Exception {
    byte[] bytes = new byte[4999];
    while (!over) {
      int length = 1 + (int) (sent * 17 % bytes.length);
      for (int i = 0; i < length; i++) bytes[i] = Traveller.text(sent + i);
      ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
      while (left.hasRemaining()) to.write(left);
      sent += length;
      Thread.sleep(2);
    }
  }

  private static void read(SocketChannel from) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8192);
    while (from.read(bytes.clear()) >= 0) {
      for (int i = 0; i < bytes.position(); i++)
        if (bytes.get(i) != Traveller.text(received + i))
          throw new IOException("another byte at " + (received + i));
      received += bytes.position();
    }
  }
}
