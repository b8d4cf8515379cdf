package io.sojourn.engine.stream;

import io.grpc.Status;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The sessions that home carries: of the tasks that it has given away, for their newest lives. */
public final class StreamSessions {
  private record Given(long incarnation, StreamSession session) {}

  private final Map<String, Given> given = new ConcurrentHashMap<>();

  /**
   * From now on this life of the task is served, and no older one. A session may go on from one
   * life to the next.
   */
  public void give(long incarnation, StreamSession session) {
    Given before = given.put(session.task(), new Given(incarnation, session));
    if (before != null)
      before.session().loop().execute(() -> before.session().detach("a newer life has begun"));
  }

  /** The task is not served any more. */
  public void takeBack(String task) {
    Given before = given.remove(task);
    if (before != null)
      before.session().loop().execute(() -> before.session().detach("the task is not away"));
  }

  public @Nullable StreamSession of(String task) {
    Given one = given.get(task);
    return one == null ? null : one.session();
  }

  StreamSession admit(String task, long incarnation) {
    Given one = given.get(task);
    if (one == null || incarnation > one.incarnation())
      throw Status.PERMISSION_DENIED
          .withDescription("this life of the task was not given to a guest node")
          .asRuntimeException();
    if (incarnation < one.incarnation())
      throw Status.FAILED_PRECONDITION
          .withDescription(
              "life " + incarnation + " is over: the task is in life " + one.incarnation())
          .asRuntimeException();
    return one.session();
  }
}
