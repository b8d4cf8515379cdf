package io.sojourn.engine.network;

import io.sojourn.engine.linux.RawSocket;

/**
 * How far a connection has come, as its kernel counts: since the socket was made, and ends aside.
 * What somebody has done with the socket can be told from two of these, whoever it was.
 *
 * @param written bytes that were given to the kernel
 * @param read bytes that were taken from it
 */
public record TcpProgress(long written, long read) {
  private static final int SOL_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final int BYTES_ACKED = 30;
  private static final int BYTES_RECEIVED = 32;
  private static final int WORDS = 34;
  private static final long SIOCINQ = 0x541b;
  private static final long SIOCOUTQ = 0x5411;

  public static TcpProgress of(RawSocket socket) {
    // Acknowledgements and bytes come while this looks: it must not see half of one.
    for (int[] before = info(socket); ; ) {
      int unacknowledged = socket.count(SIOCOUTQ), waiting = socket.count(SIOCINQ);
      int[] now = info(socket);
      if (at(now, BYTES_ACKED) == at(before, BYTES_ACKED)
          && at(now, BYTES_RECEIVED) == at(before, BYTES_RECEIVED)
          && now[0] == before[0]) {
        TcpState state = TcpState.of(now[0] & 0xff);
        return new TcpProgress(
            at(now, BYTES_ACKED) + unacknowledged - (state.sentEnd() ? 1 : 0),
            at(now, BYTES_RECEIVED) - waiting - (state.receivedEnd() ? 1 : 0));
      }
      before = now;
    }
  }

  private static int[] info(RawSocket socket) {
    return socket.ask(SOL_TCP, TCP_INFO, new int[WORDS]);
  }

  private static long at(int[] info, int word) {
    return Integer.toUnsignedLong(info[word]) | (long) info[word + 1] << 32;
  }
}
