package io.sojourn.node.memory;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.engine.operation.OperationListener;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The memory of a task that has left and stands still in its old place, to be read from there. See
 * proc(5), /proc/PID/mem.
 */
public final class HeldMemory implements AutoCloseable {
  private final Map<Integer, FileChannel> processes = new HashMap<>();
  private final CompletableFuture<Void> whole = new CompletableFuture<>();
  private final OperationListener listener;
  private long total;
  private long left;

  private HeldMemory(OperationListener listener) {
    this.listener = listener;
  }

  /**
   * @param pid of a task that stands still, with its processes
   */
  public static HeldMemory of(int pid, OperationListener listener) {
    HeldMemory held = new HeldMemory(listener);
    try {
      for (int each : Proc.tree(pid)) {
        Path memory = Path.of("/proc/" + each + "/mem");
        held.processes.put(
            Proc.innermostPid(each), FileChannel.open(memory, StandardOpenOption.READ));
      }
      return held;
    } catch (IOException denied) {
      held.close();
      throw OperationException.failed(
          "the memory of process " + pid + " cannot be read: " + denied.getMessage(),
          "migrate it without --lazy");
    }
  }

  /**
   * Reads what a process had when it left.
   *
   * @param process its number as the task knows it
   */
  void read(int process, long address, ByteBuffer to) throws IOException {
    FileChannel memory = processes.get(process);
    if (memory == null) throw new EOFException("the task has no process " + process);
    for (long at = address; to.hasRemaining(); ) {
      int count = memory.read(to, at);
      if (count <= 0) throw gone(process);
      at += count;
    }
  }

  private static EOFException gone(int process) {
    return new EOFException("process " + process + ", which held it at home, has ended");
  }

  /** So much is still to come. */
  synchronized void left(long bytes) {
    total = Math.max(total, bytes);
    left = bytes;
    listener.progress(total - bytes, total);
  }

  synchronized long left() {
    return left;
  }

  /** Nobody will ask any more. */
  void done() {
    whole.complete(null);
  }

  /** It cannot be read any more. */
  void lost(Exception cause) {
    whole.completeExceptionally(cause);
  }

  /** Completes when the other node has all that it needs; fails where it never will. */
  public CompletableFuture<Void> whole() {
    return whole;
  }

  @Override
  public void close() {
    for (FileChannel memory : processes.values()) {
      try {
        memory.close();
      } catch (IOException readOnly) {
        // Nothing can be lost.
      }
    }
  }
}
