package io.sojourn.node.daemon;

/** The node daemon's entry point, {@code ckptd}. */
public final class Ckptd {
  private Ckptd() {}

  /** Starts the daemon. */
  public static void main(String[] args) {}
}
