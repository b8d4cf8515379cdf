package io.sojourn.engine.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The receive queue of a TCP socket, looked at without being emptied: the kernel keeps each byte
 * until it is dropped, and so it is still there for whoever has the socket when this process dies.
 * See SO_PEEK_OFF in socket(7), which TCP knows since Linux 6.10, and MSG_TRUNC in tcp(7).
 */
public final class ReceiveQueue implements KeptInput {
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVLOWAT = 18;
  private static final int SO_PEEK_OFF = 42;
  private static final int MSG_PEEK = 0x02;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;

  private final RawSocket socket;

  private ReceiveQueue(RawSocket socket) {
    this.socket = socket;
  }

  /**
   * @param looked so many bytes in it have been looked at already
   * @param room for how many it is to have room at least
   * @return empty where the kernel cannot do that
   */
  public static Optional<ReceiveQueue> of(RawSocket socket, int looked, int room) {
    try {
      socket.option(SOL_SOCKET, SO_PEEK_OFF, looked);
    } catch (RawSocket.SocketException unknown) {
      return Optional.empty();
    }
    // The kernel makes room for as much as somebody waits for, and goes on to make more by itself;
    // SO_RCVBUF would end that. See tcp_set_rcvlowat() in net/ipv4/tcp.c.
    socket.option(SOL_SOCKET, SO_RCVLOWAT, room).option(SOL_SOCKET, SO_RCVLOWAT, 1);
    return Optional.of(new ReceiveQueue(socket));
  }

  @Override
  public int look(ByteBuffer buffer) throws IOException {
    // SAFETY: the buffer is direct, and reachable until the call is over.
    Pointer memory = Native.getDirectBufferPointer(buffer);
    long count = Libc.recv(socket.descriptor(), memory, buffer.capacity(), MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) {
      buffer.position(0).limit((int) count);
      return (int) count;
    }
    if (count == 0) return -1;
    int error = Native.getLastError();
    if (error == Errno.EAGAIN || error == Errno.EINTR) return 0;
    throw new NativeIoException("recv", -error);
  }

  @Override
  public long drop(long count) {
    if (count <= 0) return 0;
    // SAFETY: with MSG_TRUNC nothing is written anywhere.
    long dropped = Libc.recv(socket.descriptor(), Pointer.NULL, count, MSG_TRUNC | MSG_DONTWAIT);
    return Math.max(0, dropped);
  }

  @Override
  public void release() {
    socket.option(SOL_SOCKET, SO_PEEK_OFF, -1);
  }
}
