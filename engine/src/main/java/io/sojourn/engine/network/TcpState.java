package io.sojourn.engine.network;

import java.util.EnumSet;
import java.util.Set;

/** States of a TCP connection, by the kernel's numbers. See include/net/tcp_states.h. */
public enum TcpState {
  NONE,
  ESTABLISHED,
  SYN_SENT,
  SYN_RECV,
  FIN_WAIT1,
  FIN_WAIT2,
  TIME_WAIT,
  CLOSE,
  CLOSE_WAIT,
  LAST_ACK,
  LISTEN,
  CLOSING;

  private static final TcpState[] ALL = values();
  private static final Set<TcpState> SENT_END =
      EnumSet.of(FIN_WAIT1, FIN_WAIT2, CLOSING, LAST_ACK, CLOSE);
  private static final Set<TcpState> RECEIVED_END =
      EnumSet.of(CLOSE_WAIT, LAST_ACK, CLOSING, CLOSE);

  public static TcpState of(int number) {
    return number > 0 && number < ALL.length ? ALL[number] : NONE;
  }

  /** This end has said that it sends no more. That counts as one number behind the last byte. */
  public boolean sentEnd() {
    return SENT_END.contains(this);
  }

  /** The peer has said that it sends no more. */
  public boolean receivedEnd() {
    return RECEIVED_END.contains(this);
  }
}
