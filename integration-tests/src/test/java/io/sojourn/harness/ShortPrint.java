package io.sojourn.harness;

import org.assertj.core.configuration.Configuration;

/** Found by AssertJ: one assertion on a long list must not push the others out of a log. */
public final class ShortPrint extends Configuration {
  private static final int MOST = 20;

  @Override
  public int maxElementsForPrinting() {
    return MOST;
  }

  /** Without telling the log of it. */
  @Override
  public void applyAndDisplay() {
    apply();
  }
}
