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
  private volatile FilesInItsPlace locks;
  private volatile String agentOptions = "";
  private final ReentrantLock road = new ReentrantLock(true);
  private @Nullable Deputy deputy;
  private @Nullable Face face;
  private volatile boolean onItsWay;
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
      HomePipes pipes,
      Start start,
      Contact contact) {}

  /**
   * @param process the task at home, or its deputy: its number is one and the same
   */
  MovedTask(String id, String name, ThreadIdentity user, int process) {
    this.id = id;
    this.name = name;
    this.user = user;
    this.locks = new FilesInItsPlace(this, process);
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

  /** What its agent was told, as far as that is known. */
  String agentOptions() {
    return agentOptions;
  }

  void agentOptions(String options) {
    agentOptions = options;
  }

  /** What its deputy holds is its own. */
  FilesInItsPlace locks() {
    return locks;
  }

  /** Before each departure: it stands still in this process, which is not always its deputy. */
  void standsIn(int process) {
    locks = new FilesInItsPlace(this, process);
  }

  Deputy deputy() {
    return Objects.requireNonNull(deputy);
  }

  /** Until its first move is certain, it has none: it is its own process. */
  boolean hasDeputy() {
    return deputy != null;
  }

  void deputy(Deputy born, Face made) {
    deputy = born;
    face = made;
  }

  Face face() {
    return Objects.requireNonNull(face);
  }

  /** From now on it is on its way. */
  void setsOut() {
    road.lock();
    onItsWay = true;
  }

  void arrives() {
    onItsWay = false;
    road.unlock();
  }

  /** What becomes of it is not decided. */
  boolean isOnItsWay() {
    return onItsWay;
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

  /** That life has ended. Its deputy is there, or never will be, when it is not on its way. */
  void ended(int life, String how) {
    whenThere(
        () -> {
          if (face != null) face.ended(life, how);
        });
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
