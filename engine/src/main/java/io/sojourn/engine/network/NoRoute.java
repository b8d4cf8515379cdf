package io.sojourn.engine.network;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a packet filter says to the peer of a connection that is kept still, when it sends: that
 * there is no route just now.
 *
 * <p>A sender whose packets vanish waits twice as long after each of them, and so a connection that
 * was kept still for ten seconds would often stand still for ten more. One that hears of a missing
 * route knows that nothing is overloaded, and goes on asking as often as at first (RFC 6069, and
 * tcp_ld_RTO_revert() in net/ipv4/tcp_ipv4.c): then it goes on within some 200 ms. It is no error
 * of the connection; programs are not told. Where the kernel cannot say that, packets vanish.
 */
final class NoRoute {
  /** Stands for the verdict in rules for nft. */
  static final String VERDICT = "VERDICT";

  private static final String SAID = "reject with icmpx type no-route";
  private static final String NOT_SAID = "drop";

  private static volatile boolean impossible;

  private NoRoute() {}

  /**
   * Applies rules in which {@link #VERDICT} stands.
   *
   * @param nft takes rules; empty, or what was wrong
   * @return empty, or what was wrong
   */
  static Optional<String> apply(String rules, Function<String, Optional<String>> nft) {
    if (!impossible && nft.apply(rules.replace(VERDICT, SAID)).isEmpty()) return Optional.empty();
    Optional<String> error = nft.apply(rules.replace(VERDICT, NOT_SAID));
    if (error.isEmpty()) impossible = true;
    return error;
  }
}
