package io.sojourn.engine.stream;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.IntSupplier;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * Event loops that look again for a moment before they sleep. What passes through two nodes wakes a
 * thread at each, and to wake a processor that has gone to sleep costs more than all that is done
 * on it then. Whoever else wants the processor has it meanwhile.
 */
public final class AlertLoops {
  /** About as long as an answer takes to come, and no longer: then sleep is cheaper. */
  public static final long AWAKE_NANOS = 100_000;

  private AlertLoops() {}

  public static EventLoopGroup of(int loops, String name) {
    return new MultiThreadIoEventLoopGroup(
        loops, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory(0, Alertness::new));
  }

  private static final class Alertness implements SelectStrategy {
    private long last;

    @Override
    public int calculateStrategy(IntSupplier now, boolean hasTasks) throws Exception {
      int ready = now.get();
      if (ready > 0 || hasTasks) {
        last = System.nanoTime();
        return Math.max(ready, 0);
      }
      if (System.nanoTime() - last > AWAKE_NANOS) return SELECT;
      Thread.yield();
      return CONTINUE;
    }
  }
}
