package io.sojourn.node.shipping;

import io.sojourn.protocol.peer.OfferRequest;

/**
 * Who sends an image: a process of a node.
 *
 * @param process a name that no other process has, before or after
 * @param worldHost it is a world host, and not the daemon
 */
record Sender(String process, boolean worldHost) {
  static Sender of(OfferRequest offer) {
    return new Sender(offer.getDaemon(), offer.getWorldHost());
  }

  /**
   * Whether what another had begun to send will not come any more, as this one sends. A node has
   * one daemon; of world hosts there may be several, but a task is in one.
   *
   * @param sameTask both send an image of the same task
   */
  boolean outlives(Sender other, boolean sameTask) {
    if (process.equals(other.process) || worldHost != other.worldHost) return false;
    return !worldHost || sameTask;
  }
}
