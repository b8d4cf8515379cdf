package io.sojourn.node.move;

import io.netty.util.concurrent.ScheduledFuture;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.home.net.HomeConnections;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What home does with the connections of a task that is away while it is not heard of: they stay
 * open, and who connects anew waits to be accepted; after a time, where there is one, all of them
 * are reset, and so is who connects then.
 */
final class HomeWaits {
  private static final Logger log = LoggerFactory.getLogger(HomeWaits.class);

  private final StreamSession session;
  private final HomeConnections connections;
  private final long keepMillis;
  private @Nullable ScheduledFuture<?> giveUp;

  /**
   * @param keepMillis after which they are reset; 0: never
   */
  HomeWaits(StreamSession session, HomeConnections connections, long keepMillis) {
    this.session = session;
    this.connections = connections;
    this.keepMillis = keepMillis;
  }

  long keepMillis() {
    return keepMillis;
  }

  void unheard() {
    onLoop(this::hold);
  }

  private void onLoop(Runnable work) {
    try {
      session.loop().execute(work);
    } catch (RejectedExecutionException ends) {
      // This daemon is about to end, and the next one looks anew.
    }
  }

  private void hold() {
    connections.holdNewcomers(true);
    if (keepMillis > 0)
      giveUp = session.loop().schedule(this::reset, keepMillis, TimeUnit.MILLISECONDS);
  }

  private void reset() {
    if (session.isOver()) return;
    log.info(
        "task {} has not been heard of for {} ms: its connections are reset",
        session.task(),
        keepMillis);
    session.otherLost(true);
    connections.holdNewcomers(false);
  }

  void heard() {
    onLoop(this::goOn);
  }

  private void goOn() {
    if (giveUp != null) giveUp.cancel(false);
    giveUp = null;
    session.otherLost(false);
    connections.holdNewcomers(false);
  }
}
