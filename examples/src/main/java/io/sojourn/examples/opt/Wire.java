package io.sojourn.examples.opt;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * The connection between master and slave. What is sent says which evaluation it is of, so that
 * something that is lost, or comes twice, is noticed.
 */
final class Wire implements Closeable {
  private static final int BUFFER = 1 << 16;
  private static final int HEADER = Long.BYTES + Integer.BYTES;
  private static final long END = 0;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER));
  }

  /** Says what is to be done: the first part, and the one after the last. */
  void sendTask(Training training, int firstPart, int endPart) throws IOException {
    training.write(out);
    out.writeInt(firstPart);
    out.writeInt(endPart);
    out.flush();
  }

  Training receiveTraining() throws IOException {
    return Training.read(in);
  }

  int receivePart() throws IOException {
    return in.readInt();
  }

  /**
   * Sends what may wait for more until {@link #flush}.
   *
   * @param evaluation from 1
   */
  void send(long evaluation, double... values) throws IOException {
    ByteBuffer message = ByteBuffer.allocate(HEADER + values.length * Double.BYTES);
    message.putLong(evaluation).putInt(values.length);
    for (double value : values) message.putDouble(value);
    out.write(message.array());
  }

  void flush() throws IOException {
    out.flush();
  }

  /** Says that nothing will follow. */
  void sendEnd() throws IOException {
    send(END);
    flush();
  }

  /**
   * Waits for as many values.
   *
   * @return false if nothing will follow instead
   */
  boolean receive(long evaluation, double[] values) throws IOException {
    long came = in.readLong();
    int count = in.readInt();
    if (came == END) return false;
    if (came != evaluation || count != values.length)
      throw new IOException(
          "%d values of evaluation %d came instead of %d of evaluation %d"
              .formatted(count, came, values.length, evaluation));
    byte[] bytes = in.readNBytes(count * Double.BYTES);
    if (bytes.length < count * Double.BYTES) throw new IOException("the other one has ended");
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(values);
    return true;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
