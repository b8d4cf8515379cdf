package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import io.netty.util.concurrent.ScheduledFuture;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.SocketDiagnosis;
import io.sojourn.engine.linux.SocketDiagnosis.Listening;
import io.sojourn.engine.network.Endpoints;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Listen;
import io.sojourn.protocol.connection.Opening;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the task listens, home listens. The kernel tells nobody of a listen(2) (inet_diag has
 * events for the end of a socket only), so it is asked again and again while the task is away, for
 * listening sockets alone: 23 µs each time.
 */
final class TaskListeners implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskListeners.class);
  private static final long EVERY_MILLIS = 50;

  private final StreamSession session;
  private final SocketDiagnosis diagnosis;
  private final ScheduledFuture<?> watch;
  private final Map<Listening, ByteStream> known = new HashMap<>();

  private TaskListeners(
      StreamSession session, SocketDiagnosis diagnosis, Map<Listening, ByteStream> heard) {
    this.session = session;
    this.known.putAll(heard);
    this.diagnosis = diagnosis;
    this.watch =
        session.loop().scheduleWithFixedDelay(this::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * @param heard where home listens already, from before
   */
  static TaskListeners start(
      StreamSession session, GuestNetwork network, Map<Listening, ByteStream> heard)
      throws IOException {
    return new TaskListeners(session, network.namespace().call(SocketDiagnosis::make), heard);
  }

  private void look() {
    if (session.isOver()) return;
    Set<Listening> now = new HashSet<>(diagnosis.listening());
    now.removeIf(one -> one.local().getPort() == GuestNetwork.RELAY_PORT);
    known
        .entrySet()
        .removeIf(
            one -> {
              if (now.contains(one.getKey())) return false;
              one.getValue().finish();
              return true;
            });
    for (Listening one : now) known.computeIfAbsent(one, this::listen);
  }

  /** Whether the task itself listens there, now. */
  boolean hear(InetSocketAddress destination) {
    return diagnosis.listening().stream().anyMatch(one -> one.hears(destination));
  }

  /** This side of a listener's stream that home has already. */
  static StreamEnd ear(Listening where, ByteStream stream) {
    Ear ear = new Ear(where, () -> {});
    ear.stream = stream;
    return ear;
  }

  private ByteStream listen(Listening one) {
    Listen order =
        Listen.newBuilder()
            .setLocal(Endpoints.of(one.local()))
            .setV6Only(one.v6Only())
            .setBacklog(one.backlog())
            .build();
    ByteString opening = Opening.newBuilder().setListen(order).build().toByteString();
    Ear ear = new Ear(one, () -> known.remove(one));
    ear.stream = session.open(opening, ear);
    return ear.stream;
  }

  /** This side of a listener's stream: nothing but its end matters. */
  private static final class Ear implements StreamEnd {
    private final Listening where;
    private final Runnable lost;
    private @Nullable ByteStream stream;

    /**
     * @param lost home does not know of it any more
     */
    Ear(Listening where, Runnable lost) {
      this.where = where;
      this.lost = lost;
    }

    @Override
    public void data(ByteString bytes) {
      if (stream != null) stream.consumed(bytes.size());
    }

    @Override
    public void ended() {
      if (stream != null) stream.endConsumed();
    }

    /**
     * The task has its socket already, and cannot be told. Where home's daemon was another one, the
     * next look asks it again.
     */
    @Override
    public void reset(int error) {
      if (error == Errno.ECONNRESET) lost.run();
      LOG.warn("home cannot listen on {} for the task: error {}", where.local(), error);
    }
  }

  @Override
  public void close() throws IOException {
    watch.cancel(false);
    try {
      session.loop().submit(diagnosis::close).get();
    } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
      throw new IOException(e);
    }
  }
}
