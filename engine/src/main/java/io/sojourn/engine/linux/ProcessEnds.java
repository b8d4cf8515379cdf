package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
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
  private static final int POLLIN = 1;
  private static final int EFD_CLOEXEC = 02000000, EFD_NONBLOCK = 04000;

  private final OwnDescriptor wake;
  private final Set<Watched> all = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** One process that is watched. */
  public interface Watch extends AutoCloseable {
    /** From now on nobody is told; somebody may just have been. */
    @Override
    void close();
  }

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
      wake();
    }
  }

  public ProcessEnds(String name) {
    // SAFETY: numbers only; what comes back is ours.
    wake = new OwnDescriptor(Libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    Thread thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Watches a process.
   *
   * @param startTicks of the process that is meant: its number may be another's by now
   * @param listener hears of its end, and how it ended where that can be known; it must not take
   *     long
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
    wake();
    return watched;
  }

  private void wake() {
    try {
      // SAFETY: eight bytes, as an eventfd takes them.
      Libc.write(wake.number(), new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 8);
    } catch (LastErrorException | IllegalStateException awake) {
      // Its counter is full, or it is about to end.
    }
  }

  private void run() {
    while (!closed) {
      List<Watched> now = new ArrayList<>();
      for (Watched each : all)
        if (each.over) forget(each);
        else now.add(each);
      for (Watched each : ended(now)) {
        forget(each);
        if (!each.over) each.listener.accept(each.process.status());
        each.process.close();
      }
    }
    all.forEach(this::forget);
    wake.close();
  }

  private void forget(Watched each) {
    // The descriptor of one that is over is this thread's alone to close: it may be waited on.
    if (all.remove(each) && (each.over || closed)) each.process.close();
  }

  private List<Watched> ended(List<Watched> now) {
    // struct pollfd: int fd, short events, short revents.
    int[] pollfds = new int[2 * (now.size() + 1)];
    for (int i = 0; i < now.size(); i++) {
      pollfds[2 * i] = now.get(i).process.number();
      pollfds[2 * i + 1] = POLLIN;
    }
    pollfds[2 * now.size()] = wake.number();
    pollfds[2 * now.size() + 1] = POLLIN;
    try {
      // SAFETY: as many structures as are counted; their descriptors are closed by this thread.
      Libc.poll(pollfds, now.size() + 1, -1);
    } catch (LastErrorException interrupted) {
      return List.of();
    }
    if (pollfds[2 * now.size() + 1] >> 16 != 0) drain();
    List<Watched> ended = new ArrayList<>();
    for (int i = 0; i < now.size(); i++)
      if (pollfds[2 * i + 1] >> 16 != 0) ended.add(now.get(i));
    return ended;
  }

  private void drain() {
    try {
      // SAFETY: eight bytes, as an eventfd gives them.
      Libc.read(wake.number(), new byte[8], 8);
    } catch (LastErrorException nothing) {
      // Somebody else's wake was in it.
    }
  }

  @Override
  public void close() {
    closed = true;
    wake();
  }
}
