package io.sojourn.engine.stream;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.IntSupplier;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.linux.Awake;

/** Event loops that look again for a moment before they sleep: see {@link Awake}. */
public final class AlertLoops {
  private AlertLoops() {}

  public static EventLoopGroup of(int loops, String name) {
    return new MultiThreadIoEventLoopGroup(
        loops, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory(0, Alertness::new));
  }

  private static final class Alertness implements SelectStrategy {
    private final Awake awake = new Awake();

    @Override
    public int calculateStrategy(IntSupplier now, boolean hasTasks) throws Exception {
      // What is found after a sleep is done before anybody is asked here.
      awake.wakes();
      int ready = now.get();
      if (ready > 0 || hasTasks) {
        awake.busy();
        return Math.max(ready, 0);
      }
      if (awake.again()) return CONTINUE;
      awake.sleeps();
      return SELECT;
    }
  }
}
