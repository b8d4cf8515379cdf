package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;

/** The repair mode of TCP sockets of a process. See TCP_REPAIR in tcp(7), net/ipv4/tcp.c. */
public final class TcpRepair {
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_REPAIR = 19;
  static final int ON = 1;
  private static final int OFF = 0;
  private static final int OFF_WITHOUT_PROBE = -1;

  private TcpRepair() {}

  /**
   * For all connections of a process that is about to be killed: they end without a word to their
   * peers, as if the process had never been.
   */
  public static void on(int pid) {
    for (Descriptor descriptor : Descriptor.of(pid))
      if (descriptor.isSocket())
        SocketProbe.with(
            descriptor,
            duplicate -> {
              try {
                set(duplicate, ON);
                return true;
              } catch (LastErrorException noConnection) {
                return false;
              }
            });
  }

  /**
   * Takes a socket out of repair mode, where a CRIU that died left it, and asks its peer where it
   * stands. Without effect on one that is not in it.
   *
   * @param ask the peer in any case. For the moment that this takes, the socket is in repair mode
   */
  public static void off(Descriptor socket, boolean ask) {
    SocketProbe.with(
        socket,
        duplicate -> {
          try {
            int[] repair = new int[1];
            // SAFETY: the value is one int; the duplicate is ours to use.
            Libc.getsockopt(duplicate, IPPROTO_TCP, TCP_REPAIR, repair, new int[] {4});
            // To switch it off where it is not on would clear SO_REUSEADDR.
            if (repair[0] == 0 && !ask) return false;
            int[] reuse = {1};
            // SAFETY: likewise.
            if (repair[0] == 0)
              Libc.getsockopt(duplicate, SOL_SOCKET, SO_REUSEADDR, reuse, new int[] {4});
            set(duplicate, ON);
            end(duplicate, OFF, reuse[0]);
            return true;
          } catch (LastErrorException notTcp) {
            return false;
          }
        });
  }

  /** Switches it off, without a word to the peer. */
  static void end(int socket) {
    end(socket, OFF_WITHOUT_PROBE, 1);
  }

  /** The kernel clears SO_REUSEADDR then, which servers have. */
  private static void end(int socket, int how, int reuse) {
    set(socket, how);
    // SAFETY: the value is one int; the descriptor is a duplicate of ours.
    Libc.setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, new int[] {reuse}, 4);
  }

  static void set(int socket, int mode) {
    // SAFETY: the value is one int; the descriptor is a duplicate of ours.
    Libc.setsockopt(socket, IPPROTO_TCP, TCP_REPAIR, new int[] {mode}, 4);
  }
}
