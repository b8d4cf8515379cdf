package io.sojourn.engine.linux;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether this machine's init collects the processes that end without a parent. The first process
 * of a container may never do so, and some look for them only every few seconds.
 *
 * <p>Not safe for use by several threads.
 */
public final class Orphans {
  /** What is not collected by then never will be. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A process, also when another has its number. */
  public record Id(int pid, long startTicks) {
    public static Id of(int pid) {
      return new Id(pid, Proc.startTicks(pid));
    }

    private boolean uncollected() {
      return Proc.state(pid) == 'Z' && Proc.startTicks(pid) == startTicks;
    }
  }

  private final LongSupplier nanoTime;
  private @Nullable Id watched;
  private long since;

  public Orphans() {
    this(System::nanoTime);
  }

  Orphans(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** An orphan ends. */
  public void ended(Id process) {
    // The first stays watched: of those that end one soon after the other none would be long ended.
    if (watched != null && watched.uncollected()) return;
    watched = process;
    since = nanoTime.getAsLong();
  }

  /** Whether one is left uncollected for so long that nobody will do it. */
  public boolean stay() {
    if (watched == null) return false;
    if (watched.uncollected()) return nanoTime.getAsLong() - since > PATIENCE.toNanos();
    watched = null;
    return false;
  }
}
