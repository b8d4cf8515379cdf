package io.sojourn.engine.linux;

import com.sun.jna.Memory;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Room for one message with its address and what the kernel says of it. See recvmsg(2), cmsg(3).
 */
final class MessageBuffer {
  private static final int MAX_DATAGRAM = 1 << 16;
  private static final int MAX_CONTROL = 512;
  private static final int CONTROL_HEADER = 16;

  private final Memory data = new Memory(MAX_DATAGRAM);
  private final Memory name = new Memory(SocketAddresses.SIZE);
  private final Memory control = new Memory(MAX_CONTROL);
  private final Memory vector = new Memory(16);
  private final Memory header = new Memory(56);
  private int length;

  /** Takes the next message; throws as recvmsg(2) fails. */
  void receive(RawSocket socket, int flags) {
    // struct iovec, struct msghdr: pointers and lengths of 64 bits, x86_64.
    vector.setPointer(0, data);
    vector.setLong(8, MAX_DATAGRAM);
    header.clear();
    header.setPointer(0, name);
    header.setInt(8, SocketAddresses.SIZE);
    header.setPointer(16, vector);
    header.setLong(24, 1);
    header.setPointer(32, control);
    header.setLong(40, MAX_CONTROL);
    // SAFETY: all memory that the header points to lives as long as this object.
    length = (int) Libc.recvmsg(socket.descriptor(), header, flags);
  }

  byte[] bytes() {
    return data.getByteArray(0, length);
  }

  InetSocketAddress name() {
    return SocketAddresses.parse(name.getByteArray(0, SocketAddresses.SIZE));
  }

  /** What the kernel says under this name, and whatever is behind it; null where it does not. */
  byte @Nullable [] control(int level, int type, int size) {
    long end = header.getLong(40);
    for (long at = 0; at + CONTROL_HEADER <= end; at += control.getLong(at) + 7 & ~7L) {
      if (control.getLong(at) < CONTROL_HEADER) return null;
      if (control.getInt(at + 8) == level && control.getInt(at + 12) == type)
        return control.getByteArray(at + CONTROL_HEADER, size);
    }
    return null;
  }
}
