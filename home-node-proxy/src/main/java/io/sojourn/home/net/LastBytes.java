package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import io.netty.channel.EventLoop;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.FrozenRelay;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.stream.SocketHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection that the task had closed before it came home, with bytes on their way to the peer:
 * as a kernel does it, they are delivered all the same, and then the end.
 */
final class LastBytes {
  private final RawSocket socket;
  private final ByteBuffer left;
  private @Nullable SocketHandle handle;
  private boolean over;

  private LastBytes(RawSocket socket, ByteString bytes) {
    this.socket = socket;
    // What is written by way of its address must not move.
    this.left = ByteBuffer.allocateDirect(bytes.size());
    bytes.copyTo(left);
    left.flip();
  }

  /** The peer may hear of it from now on. */
  static void deliver(FrozenRelay relay, ByteString bytes, EventLoop loop) {
    RawSocket socket = relay.release();
    TcpRepairMode.off(socket);
    LastBytes last = new LastBytes(socket, bytes);
    SocketHandle handle = new SocketHandle(socket, last::write);
    last.handle = handle;
    handle.register(loop);
  }

  private void write() {
    SocketHandle at = handle;
    if (at == null || over) return;
    try {
      while (left.hasRemaining()) {
        int count = at.writeSome(left);
        if (count == 0) return;
        left.position(left.position() + count);
      }
      socket.shutdownOutput();
    } catch (IOException gone) {
      // Nobody is there to have them.
    }
    over = true;
    at.close();
  }
}
