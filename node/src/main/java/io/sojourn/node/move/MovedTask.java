package io.sojourn.node.move;

import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.net.HomeConnections;
import io.sojourn.home.net.HomePipes;
import io.sojourn.restore.world.Revival;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A task of this node that has a deputy: it is away, or at home again beside it, or on its way.
 *
 * <p>Guarded by itself.
 */
final class MovedTask {
  private final String id;
  private final String name;
  private final ThreadIdentity user;
  private final Deputy deputy;
  private final ReentrantLock road = new ReentrantLock(true);
  private @Nullable Face face;
  private int incarnation;
  private @Nullable Away away;
  private @Nullable Revival beside;
  private boolean over;
  private boolean frozen;

  /**
   * @param connections what home holds of them
   */
  record Away(
      String node,
      StreamSession session,
      HomeConnections connections,
      StreamSession pipeSession,
      HomePipes pipes) {}

  MovedTask(String id, String name, ThreadIdentity user, Deputy deputy) {
    this.id = id;
    this.name = name;
    this.user = user;
    this.deputy = deputy;
  }

  String id() {
    return id;
  }

  String name() {
    return name;
  }

  ThreadIdentity user() {
    return user;
  }

  Deputy deputy() {
    return deputy;
  }

  void face(Face made) {
    face = made;
  }

  Face face() {
    return Objects.requireNonNull(face);
  }

  /** From now on it is on its way. */
  void setsOut() {
    road.lock();
  }

  void arrives() {
    road.unlock();
  }

  /** Does something that may not be done while it is on its way. */
  void whenThere(Runnable work) {
    road.lock();
    try {
      work.run();
    } finally {
      road.unlock();
    }
  }

  synchronized int incarnation() {
    return incarnation;
  }

  synchronized @Nullable Away away() {
    return away;
  }

  synchronized @Nullable Revival beside() {
    return beside;
  }

  synchronized void goes(int life, Away where) {
    incarnation = life;
    away = where;
    beside = null;
  }

  synchronized void isHome(int life, Revival here) {
    incarnation = life;
    away = null;
    beside = here;
  }

  /** Whether what is told of this life is news: it may be over, or another may have begun. */
  synchronized boolean endsIn(int life) {
    if (over || life != incarnation) return false;
    over = true;
    return true;
  }

  /** It lives in an image only; what is told of this life is no news any more. */
  synchronized void freezes() {
    over = true;
    frozen = true;
    away = null;
    beside = null;
  }

  synchronized boolean frozen() {
    return frozen;
  }

  synchronized boolean over() {
    return over;
  }
}
