package io.sojourn.migrate.crac;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the agent's control thread calls here. Not for programs. */
public final class Notifications {
  private Notifications() {}

  /** Before a stop with callbacks: null, or why it must not be. */
  public static @Nullable String beforeStop(Duration limit) {
    return Core.coordinator().beforeStop(limit);
  }

  /**
   * After a stop with callbacks, or instead of it: null, or what did not come back as it should.
   *
   * @param made an image was made, whether the program runs on or was restored from it
   */
  public static @Nullable String afterStop(boolean made) {
    return Core.coordinator().afterStop(made);
  }

  /** The daemon will not do what the program asked for. */
  public static void answered(String text) {
    Core.coordinator().answered(text);
  }
}
