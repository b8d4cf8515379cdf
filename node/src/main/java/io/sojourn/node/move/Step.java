package io.sojourn.node.move;

import io.grpc.StatusRuntimeException;
import io.netty.channel.EventLoop;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.PeerFailure;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does a step of a move, and says in words why it failed. */
final class Step {
  private static final Logger log = LoggerFactory.getLogger(Step.class);

  private Step() {}

  /** Work that may fail. */
  interface Work {
    void run() throws IOException;
  }

  /**
   * What follows from a step that cannot be taken back: were its failure the move's, the task would
   * be taken to be where it no longer is. The log alone is told.
   */
  static void afterwards(String what, Work work) {
    try {
      work.run();
    } catch (IOException | RuntimeException failed) {
      log.error("{} failed; the task runs on all the same", what, failed);
    }
  }

  /** Something of ours. */
  static <T> T of(String what, Callable<T> work) {
    try {
      return work.call();
    } catch (OperationException known) {
      throw known;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw OperationException.failed(what + " was interrupted", "try once more", e);
    } catch (Exception failed) {
      throw OperationException.failed(
          what + " failed: " + failed.getMessage(), "see the log of the daemon", failed);
    }
  }

  /** A call to another node. */
  static <T> T at(String node, Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException failed) {
      throw PeerFailure.explain(failed, "node " + node);
    }
  }

  /** Something that may only be done on a loop. */
  static <T> T on(EventLoop loop, Callable<T> work) throws IOException {
    try {
      return loop.submit(work).get();
    } catch (ExecutionException failed) {
      throw new IOException(failed.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
