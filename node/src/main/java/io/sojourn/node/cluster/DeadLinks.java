package io.sojourn.node.cluster;

/**
 * How long a link may be silent. Data that is not acknowledged for that long ends the connection
 * (TCP_USER_TIMEOUT, tcp(7)), and so do unanswered probes of an idle one.
 */
final class DeadLinks {
  static final int MILLIS = 5_000;
  static final int IDLE_SECONDS = 2;
  static final int PROBES = 3;
  static final int CONNECT_MILLIS = 3_000;

  /** Bytes under way: enough for 10 Gbit/s over 3 ms. */
  static final int WINDOW = 4 << 20;

  private DeadLinks() {}
}
