package io.sojourn.scenario;

import io.sojourn.harness.Node;
import java.util.Random;

/**
 * A daemon is killed, or the link is cut: drawn before it happens, so that a seed repeats it.
 *
 * @param after how long it is waited for, in milliseconds, as all that follows
 * @param interrupt after which the task is sent a signal
 */
record Fault(boolean cut, int after, int lasting, int interrupt) {
  /** How near to the kill half of the signals are, on either side. */
  private static final int NEAR = 20;

  /**
   * How it may be at most.
   *
   * @param before a kill
   */
  record Pace(int before, int lasting) {
    Pace within(int most) {
      return new Pace(Math.min(before, most), lasting);
    }
  }

  static Fault draw(Random random, Pace pace) {
    boolean cut = random.nextInt(4) == 0;
    int after = random.nextInt(pace.before()), lasting = random.nextInt(pace.lasting());
    int near = Math.max(0, after - NEAR + random.nextInt(2 * NEAR));
    int anywhere = random.nextInt(after + lasting + 1_000);
    return new Fault(cut, after, lasting, random.nextBoolean() ? near : anywhere);
  }

  /** Which processes of a node are killed. */
  interface Victims {
    void die(Node node) throws Exception;
  }

  /**
   * Returns when all is as before, but for the tasks.
   *
   * @param node whose processes they are, its daemon among them
   */
  void strike(Road road, Node node, Victims victims) throws Exception {
    Thread.sleep(after);
    if (cut) road.net().cut(2);
    else victims.die(node);
    Thread.sleep(lasting);
    if (cut) road.net().heal(2);
    else node.startDaemon();
    road.awaitUp();
  }

  @Override
  public String toString() {
    return "%s after %d ms, for %d ms, a signal after %d ms"
        .formatted(cut ? "cut" : "killed", after, lasting, interrupt);
  }
}
