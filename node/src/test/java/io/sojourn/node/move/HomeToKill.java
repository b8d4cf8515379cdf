package io.sojourn.node.move;

import io.sojourn.home.deputy.Deputy;
import io.sojourn.home.deputy.DeputyDirectory;
import io.sojourn.home.deputy.DeputyListener;
import io.sojourn.home.deputy.DeputySignal;
import io.sojourn.node.move.SignalQueue.Waiting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Home's daemon, as far as signals go, in a process that can be killed: stands still behind a step,
 * at the first signal that gets there. The guest node is who reads what it says: "pass SERIAL
 * NUMBER", answered by a line.
 */
final class HomeToKill implements DeputyListener, SignalQueue.Way {
  enum Step {
    HEARD,
    PASSED,
    OVER,
    NONE
  }

  private final Deputy deputy;
  private final Step standing;
  private final SignalQueue queue = new SignalQueue(this);
  private final BufferedReader answers =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  private HomeToKill(Deputy deputy, Step standing) {
    this.deputy = deputy;
    this.standing = standing;
  }

  public static void main(String[] args) throws Exception {
    Deputy deputy = new DeputyDirectory(Path.of(args[0])).find().get(0);
    deputy.listen(new HomeToKill(deputy, Step.valueOf(args[1])));
    deputy.greeted(Duration.ofSeconds(10));
    new CountDownLatch(1).await();
  }

  @Override
  public void signal(DeputySignal signal) {
    standsStill(Step.HEARD);
    queue.add(new Waiting(signal.serial(), signal.number(), false));
    queue.pass();
  }

  @Override
  public boolean pass(Waiting signal) {
    try {
      System.out.println("pass " + signal.serial() + " " + signal.number());
      answers.readLine();
      standsStill(Step.PASSED);
      over(signal);
      System.out.println("over " + signal.number());
      standsStill(Step.OVER);
      return true;
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @Override
  public void over(Waiting signal) {
    try {
      deputy.over(signal.serial());
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @Override
  public boolean passesBy(Waiting signal) {
    return false;
  }

  @Override
  public void gone() {}

  private void standsStill(Step here) {
    if (standing != here) return;
    System.out.println("stands");
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
  }
}
