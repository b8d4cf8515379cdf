package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.util.OptionalInt;

/**
 * Asks the kernel about a socket of another process, through a duplicate of the descriptor. See
 * pidfd_getfd(2), socket(7).
 */
public final class SocketProbe {
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SO_PROTOCOL = 38;
  private static final int SO_DOMAIN = 39;
  public static final int IPPROTO_MPTCP = 262;

  private SocketProbe() {}

  /** Who opened the other end of a connected unix socket; empty where the kernel does not say. */
  public static OptionalInt peerPid(Descriptor socket) {
    int[] credentials = new int[3];
    return option(socket, SO_PEERCRED, credentials) && credentials[0] > 0
        ? OptionalInt.of(credentials[0])
        : OptionalInt.empty();
  }

  /** Protocol number, such as {@link #IPPROTO_MPTCP}. */
  public static OptionalInt protocol(Descriptor socket) {
    int[] protocol = new int[1];
    return option(socket, SO_PROTOCOL, protocol)
        ? OptionalInt.of(protocol[0])
        : OptionalInt.empty();
  }

  /** Its address family, as of socket(2). */
  public static OptionalInt family(Descriptor socket) {
    int[] family = new int[1];
    return option(socket, SO_DOMAIN, family) ? OptionalInt.of(family[0]) : OptionalInt.empty();
  }

  /** The other end of a connection was closed; something may be left to read. */
  public static boolean closedByPeer(Descriptor socket) {
    return with(socket, duplicate -> (Poll.now(duplicate, 0) & Poll.HANG_UP) != 0);
  }

  private static boolean option(Descriptor socket, int name, int[] value) {
    return with(
        socket,
        duplicate -> {
          try {
            // SAFETY: the length is that of the array.
            Libc.getsockopt(duplicate, SOL_SOCKET, name, value, new int[] {value.length * 4});
            return true;
          } catch (LastErrorException unknown) {
            return false;
          }
        });
  }

  interface Question {
    boolean ask(int duplicate);
  }

  static boolean with(Descriptor socket, Question question) {
    int pidfd;
    try {
      pidfd = (int) Libc.syscall(Libc.SYS_PIDFD_OPEN, socket.pid(), 0, 0);
    } catch (LastErrorException gone) {
      return false;
    }
    try {
      int duplicate = (int) Libc.syscall(Libc.SYS_PIDFD_GETFD, pidfd, socket.number(), 0);
      try {
        return question.ask(duplicate);
      } finally {
        Libc.close(duplicate);
      }
    } catch (LastErrorException gone) {
      return false;
    } finally {
      Libc.close(pidfd);
    }
  }
}
