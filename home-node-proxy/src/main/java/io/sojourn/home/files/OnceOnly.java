package io.sojourn.home.files;

import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.Request;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Has each request done once, whichever daemon it is that is asked. */
final class OnceOnly {
  private final @Nullable Journal journal;
  private final Look look;
  private final Steps steps;

  /**
   * How far a request had come before it was asked for this time.
   *
   * @param before what there was before the call; null where nothing depends on it
   * @param done as {@link Look#done} says
   */
  record Progress(@Nullable Before before, long done) {
    static final Progress NONE = new Progress(null, Look.NOTHING);

    boolean all() {
      return done == Look.ALL;
    }
  }

  /**
   * @param journal null: nothing outlives this daemon
   */
  OnceOnly(@Nullable Journal journal, GuestFiles files) {
    this.journal = journal;
    this.look = new Look(files);
    this.steps = files.steps();
  }

  /** What an earlier daemon has answered. */
  Map<Long, Answer> answers() {
    return journal == null ? Map.of() : journal.answers();
  }

  /** On the thread that makes the call. */
  Progress begins(Request request) {
    Journal noted = journal;
    if (noted == null || Repetition.of(request) != Repetition.LOOKED_AT) return Progress.NONE;
    try {
      Before earlier = noted.before(request.getId());
      long done = earlier == null ? Look.NOTHING : look.done(request, earlier);
      if (earlier != null && (done != Look.NOTHING || request.hasCopyRange()))
        return new Progress(earlier, done);
      Before now = look.before(request);
      noted.intends(request.getId(), now);
      steps.after(Steps.Step.INTENT);
      return new Progress(now, Look.NOTHING);
    } catch (Refused asTheCallWillBe) {
      return Progress.NONE;
    }
  }

  void answers(Request request, Answer answer) {
    if (journal == null || !Repetition.of(request).noted()) return;
    journal.answered(answer);
    steps.after(Steps.Step.NOTE);
  }

  void settled(long below, List<Long> ids) {
    if (journal != null) journal.settled(below, ids);
  }

  /** The next daemon goes on. */
  void leave() {
    if (journal != null) journal.close();
  }

  /** Nobody does. */
  void discard() {
    if (journal != null) journal.discard();
  }
}
