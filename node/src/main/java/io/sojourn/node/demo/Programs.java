package io.sojourn.node.demo;

import io.sojourn.engine.operation.OperationException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What the demo has started, the youngest first; all of it ends with the demo. */
final class Programs {
  private static final int END_SECONDS = 30;

  private final Deque<ProcessHandle> running = new ArrayDeque<>();

  Process keep(Process process) {
    keep(process.toHandle());
    return process;
  }

  /** A restored process, which is a child of another. */
  ProcessHandle restored(Ckpt.Done done) {
    return keep(
        ProcessHandle.of(done.pid())
            .orElseThrow(
                () ->
                    OperationException.failed(
                        "the restored process " + done.pid() + " has ended", "")));
  }

  private synchronized ProcessHandle keep(ProcessHandle process) {
    running.push(process);
    return process;
  }

  synchronized void end() throws InterruptedException {
    while (!running.isEmpty()) end(running.pop());
  }

  private static void end(ProcessHandle process) {
    CompletableFuture<ProcessHandle> end = process.onExit();
    process.destroy();
    try {
      end.orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
    } catch (RuntimeException hangs) {
      process.destroyForcibly();
    }
  }
}
