package io.sojourn.node.supervision;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task under supervision, and what became of it.
 *
 * @param task its id
 * @param uid on whose behalf it is restarted
 * @param life that is expected to go on; null where none is: it is frozen, away, or has ended
 * @param lastEnd how the last life ended; "" where none has
 * @param restarts when it was restarted, or was tried to be, in milliseconds of the epoch
 * @param dueEpochMillis when it is restarted next; 0: not
 * @param trouble why it is not restarted, or was not the last time; ""
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Supervised(
    String task,
    RestartPolicy policy,
    int uid,
    State state,
    @Nullable Incarnation life,
    String lastEnd,
    List<Long> restarts,
    long dueEpochMillis,
    String trouble) {

  /** How it is with it. */
  public enum State {
    /** It runs, or rests somewhere where it cannot fail. */
    WATCHED,
    /** It lives on another node as its guest. */
    AWAY,
    /** It has failed, and will run again. */
    RESTARTING,
    /** It has ended as it should. */
    ENDED,
    /** It has failed too often. */
    FAILED,
    /** It cannot be restarted here. */
    UNABLE,
    /** Another node has it. */
    ELSEWHERE
  }

  public Supervised {
    restarts = List.copyOf(restarts);
  }

  static Supervised begin(String task, RestartPolicy policy, int uid) {
    return new Supervised(task, policy, uid, State.WATCHED, null, "", List.of(), 0, "");
  }

  /** Another policy; what was experienced stays. */
  Supervised under(Supervised wanted) {
    return new Supervised(
        task, wanted.policy, wanted.uid, state, life, lastEnd, restarts, dueEpochMillis, trouble);
  }

  /** It lives. Whoever has made a task live that was given up begins anew. */
  Supervised lives(Incarnation now) {
    boolean anew = !List.of(State.WATCHED, State.AWAY, State.RESTARTING).contains(state);
    return new Supervised(
        task,
        policy,
        uid,
        State.WATCHED,
        now,
        anew ? "" : lastEnd,
        anew ? List.of() : restarts,
        0,
        "");
  }

  /** It cannot fail where it is now. */
  Supervised rests() {
    return new Supervised(task, policy, uid, State.WATCHED, null, lastEnd, restarts, 0, "");
  }

  /** Its end there is told. */
  Supervised away() {
    return new Supervised(task, policy, uid, State.AWAY, null, lastEnd, restarts, 0, "");
  }

  Supervised ended(String how) {
    return new Supervised(task, policy, uid, State.ENDED, null, how, restarts, 0, "");
  }

  /** It has ended as it should not have: it is to be restarted. */
  Supervised restarts(String how, long due, String why) {
    return new Supervised(task, policy, uid, State.RESTARTING, null, how, restarts, due, why);
  }

  /** Noted before it is tried: a daemon that dies in it has tried. */
  Supervised tries(long nowEpochMillis) {
    List<Long> more = new ArrayList<>(recent(nowEpochMillis));
    more.add(nowEpochMillis);
    return new Supervised(task, policy, uid, state, life, lastEnd, more, dueEpochMillis, trouble);
  }

  /** It was no try: nobody could say whether it might be made. */
  Supervised untried(String why, long due) {
    List<Long> fewer = restarts.isEmpty() ? restarts : restarts.subList(0, restarts.size() - 1);
    return new Supervised(task, policy, uid, State.RESTARTING, null, lastEnd, fewer, due, why);
  }

  Supervised failed(String how, String why) {
    return over(State.FAILED, how, why);
  }

  Supervised unable(String how, String why) {
    return over(State.UNABLE, how, why);
  }

  Supervised elsewhere(String node) {
    return over(State.ELSEWHERE, lastEnd, "node " + node + " has it");
  }

  private Supervised over(State state, String how, String why) {
    return new Supervised(task, policy, uid, state, null, how, restarts, 0, why);
  }

  /** The restarts that count. What a clock that was set back puts into the future does not. */
  public List<Long> recent(long nowEpochMillis) {
    return restarts.stream()
        .filter(at -> at <= nowEpochMillis)
        .filter(at -> nowEpochMillis - at < policy.startLimitIntervalMillis())
        .toList();
  }

  boolean limitReached(long nowEpochMillis) {
    return recent(nowEpochMillis).size() >= policy.startLimitBurst();
  }

  long delay(long nowEpochMillis) {
    return policy.delay(recent(nowEpochMillis).size());
  }
}
