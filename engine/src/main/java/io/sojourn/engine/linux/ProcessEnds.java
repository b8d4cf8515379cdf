package io.sojourn.engine.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Hears of the ends of processes, whosever children they are, on one thread for all: pidfds become
 * readable when their process has ended. See pidfd_open(2).
 */
public final class ProcessEnds implements AutoCloseable {
  private static final int WITHOUT_END = -1;

  private final Waiting waiting = new Waiting();
  private final Set<Watched> all = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** One process that is watched. */
  public interface Watch extends AutoCloseable {
    /** From now on nobody is told; somebody may just have been. */
    @Override
    void close();
  }

  /** Its descriptor is closed by the thread that waits for it, and by no other. */
  private final class Watched implements Watch {
    private final PidDescriptor process;
    private final Consumer<Optional<WaitStatus>> listener;
    private volatile boolean over;

    Watched(PidDescriptor process, Consumer<Optional<WaitStatus>> listener) {
      this.process = process;
      this.listener = listener;
    }

    @Override
    public void close() {
      over = true;
      waiting.call();
    }

    private void look() {
      if (!over && !closed && process.ended()) {
        over = true;
        listener.accept(process.status());
      }
      if (over || closed) {
        all.remove(this);
        process.close();
      }
    }
  }

  public ProcessEnds(String name) {
    Thread thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Watches a process.
   *
   * @param startTicks of the process that is meant: its number may be another's by now
   * @param listener hears of its end, and how it ended where that can be known; it must not take
   *     long, nor throw
   * @throws IOException it has ended before
   */
  public Watch watch(int pid, long startTicks, Consumer<Optional<WaitStatus>> listener)
      throws IOException {
    PidDescriptor process = PidDescriptor.open(pid);
    // After it was opened: from here on the number cannot become another's.
    if (Proc.startTicks(pid) != startTicks) {
      process.close();
      throw new IOException("process " + pid + " is another one");
    }
    Watched watched = new Watched(process, listener);
    all.add(watched);
    waiting.call();
    return watched;
  }

  private void run() {
    while (!closed) {
      List<Integer> descriptors = new ArrayList<>();
      for (Watched each : all) descriptors.add(each.process.number());
      waiting.await(descriptors, WITHOUT_END);
      all.forEach(Watched::look);
    }
    all.forEach(Watched::look);
    waiting.close();
  }

  @Override
  public void close() {
    closed = true;
    waiting.call();
  }
}
