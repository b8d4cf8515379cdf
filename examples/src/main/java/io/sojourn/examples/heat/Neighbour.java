package io.sojourn.examples.heat;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * The program that has the next strip. Each step both send their edge and take the other's; a
 * message says which step it is of, so that one that is lost, or comes twice, is noticed.
 */
final class Neighbour implements Closeable {
  private static final int HEADER = 2 * Long.BYTES;

  private final Socket socket;
  private final DataInputStream in;
  private final ByteBuffer message;

  /**
   * @param columns of the plate
   */
  Neighbour(Socket socket, int columns) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    message = ByteBuffer.allocate(HEADER + columns * Double.BYTES);
  }

  /**
   * Sends an edge.
   *
   * @param last step of all, as far as is known
   */
  void send(long step, long last, double[] edge) throws IOException {
    message.clear().putLong(step).putLong(last);
    for (int column = 1; column < edge.length - 1; column++) message.putDouble(edge[column]);
    socket.getOutputStream().write(message.array());
  }

  /**
   * Waits for its edge.
   *
   * @return the last step of all, as far as the neighbour knows
   */
  long receive(long step, double[] beyond) throws IOException {
    in.readFully(message.array());
    message.clear();
    long came = message.getLong();
    if (came != step)
      throw new IOException("the neighbour's edge is of step " + came + " instead of " + step);
    long last = message.getLong();
    for (int column = 1; column < beyond.length - 1; column++) beyond[column] = message.getDouble();
    return last;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
