package io.sojourn.node.command;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What goes back to a client. A client who does not read holds up its own command and nobody
 * else's; one who has gone holds up nothing: its command goes on, and what it prints is lost.
 */
final class Answer {
  private static final int PIECE = 16 * 1024;

  private final Channel client;

  Answer(Channel client) {
    this.client = client;
  }

  void hello(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    client.writeAndFlush(frame(FrameType.HELLO, bytes, 0, bytes.length), client.voidPromise());
  }

  /** The last word. */
  void status(int status) {
    client
        .writeAndFlush(frame(FrameType.STATUS, new byte[] {(byte) status}, 0, 1))
        .addListener(ChannelFutureListener.CLOSE);
  }

  /** Waits while the client does not read. */
  OutputStream stream(byte type) {
    return new Stream(type) {
      @Override
      public void write(byte[] bytes, int from, int length) {
        for (int at = 0; at < length; at += PIECE) {
          awaitReader();
          send(bytes, from + at, Math.min(PIECE, length - at));
        }
      }
    };
  }

  /** Loses what is written while the client does not read: it would be drawn over anyway. */
  OutputStream screen() {
    return new Stream(FrameType.ERROR) {
      @Override
      public void write(byte[] bytes, int from, int length) {
        if (client.isWritable()) send(bytes, from, length);
      }
    };
  }

  /** The client reads again, or has gone. */
  synchronized void changed() {
    notifyAll();
  }

  private synchronized void awaitReader() {
    try {
      while (client.isActive() && !client.isWritable()) wait();
    } catch (InterruptedException ends) {
      Thread.currentThread().interrupt();
    }
  }

  private ByteBuf frame(byte type, byte[] bytes, int from, int length) {
    return client
        .alloc()
        .buffer(FrameType.HEAD + length)
        .writeInt(length)
        .writeByte(type)
        .writeBytes(bytes, from, length);
  }

  private abstract class Stream extends OutputStream {
    private final byte type;

    Stream(byte type) {
      this.type = type;
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public abstract void write(byte[] bytes, int from, int length);

    void send(byte[] bytes, int from, int length) {
      client.writeAndFlush(frame(type, bytes, from, length), client.voidPromise());
    }
  }
}
