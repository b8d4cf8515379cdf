package io.sojourn.victim;

import io.sojourn.migrate.CheckpointGuard;
import java.util.concurrent.CountDownLatch;

/** Enters a guarded region when it is asked to, and leaves it. The only victim that knows of us. */
public final class Guarded {
  public static void main(String[] args) throws Exception {
    CountDownLatch[] leave = {new CountDownLatch(1)};
    Control.serve(
        question -> {
          if (question.equals("enter")) {
            CountDownLatch entered = new CountDownLatch(1), end = new CountDownLatch(1);
            leave[0] = end;
            Thread holder =
                new Thread(
                    () -> {
                      try (var guard = CheckpointGuard.enter()) {
                        entered.countDown();
                        end.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    },
                    "holder");
            holder.setDaemon(true);
            holder.start();
            entered.await();
          }
          if (question.equals("leave")) leave[0].countDown();
          return "done";
        });
  }

  private Guarded() {}
}
