package io.sojourn.home.deputy;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The connection to a deputy: records, both ways. */
final class DeputyLine implements AutoCloseable {
  private final SocketChannel channel;
  private final ByteBuffer received = ByteBuffer.allocateDirect(Record.SIZE);

  private DeputyLine(SocketChannel channel) {
    this.channel = channel;
  }

  static DeputyLine open(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new DeputyLine(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Waits for the next record. */
  Record next() throws IOException {
    received.clear();
    while (received.hasRemaining()) if (channel.read(received) < 0) throw new EOFException();
    ByteBuffer bytes = ByteBuffer.allocate(Record.SIZE).put(received.flip());
    return Record.take(bytes.flip());
  }

  synchronized void say(Record record) throws IOException {
    ByteBuffer bytes = record.encode();
    while (bytes.hasRemaining()) channel.write(bytes);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException gone) {
      // It is closed all the same.
    }
  }
}
