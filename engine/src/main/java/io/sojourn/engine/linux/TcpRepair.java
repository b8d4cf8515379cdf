package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;

/**
 * Takes TCP sockets of a process out of repair mode, where a CRIU that died left them. See
 * TCP_REPAIR in tcp(7), net/ipv4/tcp.c.
 */
public final class TcpRepair {
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_REPAIR = 19;
  private static final int OFF_WITHOUT_PROBE = -1;

  private TcpRepair() {}

  /** Without effect on a socket that is not in repair mode. */
  public static void off(Descriptor socket) {
    SocketProbe.with(
        socket,
        duplicate -> {
          try {
            // SAFETY: the value is one int; the duplicate is ours to use.
            Libc.setsockopt(duplicate, IPPROTO_TCP, TCP_REPAIR, new int[] {OFF_WITHOUT_PROBE}, 4);
            return true;
          } catch (LastErrorException notTcp) {
            return false;
          }
        });
  }
}
