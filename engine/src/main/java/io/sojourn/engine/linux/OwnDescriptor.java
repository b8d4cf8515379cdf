package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;

/** A descriptor of this process, closed once. */
public final class OwnDescriptor implements AutoCloseable {
  private int number;

  OwnDescriptor(int number) {
    this.number = number;
  }

  /** For calls that are made while this is open. */
  public synchronized int number() {
    if (number < 0) throw new IllegalStateException("this descriptor is closed");
    return number;
  }

  /** Gives it to somebody who will close it: a channel that adopts descriptors, for instance. */
  public synchronized int release() {
    int given = number();
    number = -1;
    return given;
  }

  /**
   * Takes a TCP socket into repair mode: when its last descriptor is closed then, the peer hears
   * nothing. See TCP_REPAIR in net/ipv4/tcp.c, tcp_close(). Not for those that listen.
   */
  public void repair() throws IOException {
    try {
      TcpRepair.set(number(), TcpRepair.ON);
    } catch (LastErrorException e) {
      throw new IOException("descriptor " + number + " cannot be taken into repair mode", e);
    }
  }

  /** Takes a TCP socket out of repair mode; without effect on others. */
  public void endRepair() {
    try {
      TcpRepair.end(number());
    } catch (LastErrorException notTcp) {
      // There is nothing to be taken out of.
    }
  }

  /**
   * Of the end of a FIFO from which is read: whether somebody has opened the other, or had, and has
   * written.
   */
  public boolean hasMet() {
    return RawPipe.hasMet(number());
  }

  @Override
  public synchronized void close() {
    if (number < 0) return;
    // SAFETY: the number is ours until here, and is not used again.
    Libc.close(number);
    number = -1;
  }
}
