package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;

/**
 * A task that is dumped and stands still where it was, until it is known whether it lives elsewhere
 * by now: then it ends, else it runs on as if nothing had been.
 */
public final class StandingTask {
  private final TaskInHand hand;
  private final Departure departure;
  private final ImageDirectory image;
  private boolean over;

  StandingTask(TaskInHand hand, Departure departure, ImageDirectory image) {
    this.hand = hand;
    this.departure = departure;
    this.image = image;
  }

  public ImageDirectory image() {
    return image;
  }

  /** It runs on. Its image is a moment's that never was, and the caller's to remove. Once. */
  public synchronized void runsOn() {
    if (over) return;
    over = true;
    hand.runsOn(departure::open, departure::undone);
    hand.settled();
  }

  /**
   * One that another daemon has left so runs on.
   *
   * @param open lets packets of its connections pass again
   * @param undo what else is to be undone before it does
   */
  public static void runsOn(ControlBlock task, Runnable open, Runnable undo) {
    TaskInHand.runsOn(task, open, undo);
  }

  /** It lives elsewhere, or somebody has taken its place: its processes end. Once. */
  public synchronized void ends() {
    if (over) return;
    over = true;
    Proc.tree(hand.task().pid()).forEach(each -> Signals.send(each, Signals.KILL));
  }

  /** Its process has become something else. */
  public synchronized void became() {
    over = true;
  }
}
