package io.sojourn.victim;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Echo servers, one for each way to wait for a message. Asked for a name, it tells the port. An
 * argument is a number of megabytes that live, so that a dump takes its time.
 */
public final class Echoes {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final Map<String, Object> facts = new ConcurrentHashMap<>();

  public static void main(String[] args) throws Exception {
    if (args.length > 0) facts.put("ballast", ballast(Integer.parseInt(args[0])));
    blocking();
    selector();
    asynchronous();
    datagrams();
    loopback();
    Control.serve(question -> String.valueOf(facts.get(question)));
  }

  private static byte[][] ballast(int megabytes) {
    byte[][] pieces = new byte[megabytes][1 << 20];
    for (byte[] piece : pieces) new Random(piece.length).nextBytes(piece);
    return pieces;
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void thread(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception failure) {
                facts.put("failure", name + ": " + failure);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void blocking() throws IOException {
    ServerSocket server = new ServerSocket(0, 250, HERE);
    facts.put("blocking", server.getLocalPort());
    thread(
        "accept",
        () -> {
          while (true) {
            Socket peer = server.accept();
            thread("read", () -> peer.getInputStream().transferTo(peer.getOutputStream()));
          }
        });
  }

  private static void selector() throws IOException {
    Selector selector = Selector.open();
    ServerSocketChannel server =
        ServerSocketChannel.open().bind(new InetSocketAddress(HERE, 0), 250);
    server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
    facts.put("selector", server.socket().getLocalPort());
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    thread(
        "select",
        () -> {
          while (true) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
              if (key.isAcceptable()) {
                SocketChannel peer = server.accept();
                peer.configureBlocking(false).register(selector, SelectionKey.OP_READ);
              } else if (((SocketChannel) key.channel()).read(buffer.clear()) < 0) {
                key.channel().close();
              } else {
                for (buffer.flip(); buffer.hasRemaining(); )
                  ((SocketChannel) key.channel()).write(buffer);
              }
            }
            selector.selectedKeys().clear();
          }
        });
  }

  private static void asynchronous() throws IOException {
    // The JDK's own pool begins and ends threads as it likes, whoever looks from outside.
    AsynchronousChannelGroup two =
        AsynchronousChannelGroup.withFixedThreadPool(2, Echoes::asynchronousWorker);
    AsynchronousServerSocketChannel server =
        AsynchronousServerSocketChannel.open(two).bind(new InetSocketAddress(HERE, 0));
    facts.put("async", ((InetSocketAddress) server.getLocalAddress()).getPort());
    server.accept(
        null,
        new Then<AsynchronousSocketChannel, Object>() {
          @Override
          public void completed(AsynchronousSocketChannel peer, Object nothing) {
            server.accept(null, this);
            echo(peer, ByteBuffer.allocate(1 << 16));
          }
        });
  }

  private static Thread asynchronousWorker(Runnable work) {
    Thread thread = new Thread(work, "async");
    thread.setDaemon(true);
    return thread;
  }

  private static void echo(AsynchronousSocketChannel peer, ByteBuffer buffer) {
    peer.read(
        buffer,
        null,
        new Then<Integer, Object>() {
          @Override
          public void completed(Integer count, Object nothing) {
            if (count < 0) return;
            buffer.flip();
            peer.write(
                buffer,
                null,
                new Then<Integer, Object>() {
                  @Override
                  public void completed(Integer written, Object nothing) {
                    if (buffer.hasRemaining()) peer.write(buffer, null, this);
                    else echo(peer, buffer.clear());
                  }
                });
          }
        });
  }

  private abstract static class Then<V, A> implements CompletionHandler<V, A> {
    @Override
    public void failed(Throwable failure, A attachment) {
      facts.put("failure", "async: " + failure);
    }
  }

  private static void datagrams() throws IOException {
    DatagramSocket socket = new DatagramSocket(0, HERE);
    facts.put("udp", socket.getLocalPort());
    thread(
        "receive",
        () -> {
          while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
            socket.receive(packet);
            socket.send(packet);
          }
        });
  }

  /** A conversation with itself, without pause. */
  private static void loopback() throws IOException {
    AtomicLong rounds = new AtomicLong();
    facts.put("loopback", rounds);
    try (ServerSocket server = new ServerSocket(0, 1, HERE)) {
      Socket one = new Socket(HERE, server.getLocalPort()), other = server.accept();
      thread("loop echo", () -> other.getInputStream().transferTo(other.getOutputStream()));
      thread(
          "loop",
          () -> {
            InputStream in = one.getInputStream();
            OutputStream out = one.getOutputStream();
            byte[] message = new byte[64];
            while (true) {
              long number = rounds.get();
              ByteBuffer.wrap(message).putLong(number);
              out.write(message);
              if (ByteBuffer.wrap(in.readNBytes(64)).getLong() != number)
                throw new IOException("round " + number + " came back changed");
              rounds.incrementAndGet();
            }
          });
    }
  }
}
