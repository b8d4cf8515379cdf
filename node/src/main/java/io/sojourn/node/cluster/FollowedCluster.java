package io.sojourn.node.cluster;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.operation.OperationException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster as a process beside the daemon sees it: it reaches other nodes in this node's name.
 * It believes what is in the cluster's directory, looks there once a second for what the daemon has
 * learned meanwhile, a new certificate of its own among that, and writes nothing.
 */
public final class FollowedCluster implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FollowedCluster.class);
  private static final long LOOK_MILLIS = 1_000;

  private final ClusterDirectory directory;
  private final EventLoopGroup loops;
  private final ExecutorService workers;
  private final Runnable left;
  private final Clock clock;
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("cluster", true));
  private @Nullable FollowedMembership membership;

  /**
   * @param state the node's, in which {@code cluster/} is
   * @param loops what is heard from other nodes is heard there; they stay the caller's
   * @param left called when this node is one of this cluster no more, and nobody serves it any more
   */
  public FollowedCluster(Path state, EventLoopGroup loops, ExecutorService workers, Runnable left) {
    this(state, Clock.systemUTC(), loops, workers, left);
  }

  FollowedCluster(
      Path state, Clock clock, EventLoopGroup loops, ExecutorService workers, Runnable left) {
    this.clock = clock;
    this.directory = new ClusterDirectory(state.resolve("cluster"));
    this.loops = loops;
    this.workers = workers;
    this.left = left;
    beats.scheduleWithFixedDelay(this::beat, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * The ways to the other nodes, as the daemon knows them at this moment.
   *
   * @throws OperationException this node is one of no cluster
   */
  public synchronized Peers peers() {
    look();
    if (membership != null) return membership.peers();
    throw OperationException.refused(
        "this node is one of no cluster", "join one: ckpt node join ADDRESS --token TOKEN");
  }

  private void beat() {
    try {
      synchronized (this) {
        look();
        if (membership != null) membership.peers().hurry();
      }
    } catch (RuntimeException unreadable) {
      // The daemon is about to change it, or it is damaged, and then the daemon says so.
      log.warn("the cluster's directory cannot be read: {}", unreadable.toString());
    }
  }

  private void look() {
    FollowedMembership known = membership;
    if (known != null && !known.follow()) {
      log.warn("node {} has left its cluster", known.name());
      known.close();
      membership = null;
      workers.execute(left);
    }
    if (membership == null && directory.exists())
      membership = new FollowedMembership(directory, clock, loops, workers);
  }

  @Override
  public synchronized void close() {
    beats.shutdownNow();
    if (membership != null) membership.close();
    membership = null;
  }
}
