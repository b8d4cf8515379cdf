package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.util.List;

/** Waits until one of several descriptors can be read, or somebody calls. */
public final class Waiting implements AutoCloseable {
  private static final int EFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int POLLIN = 1;

  private final int call = Libc.eventfd(0, EFD_NONBLOCK_CLOEXEC);
  private boolean closed;

  /**
   * Returns when there is something to do, or may be.
   *
   * @param millis at most; below 0: without end
   */
  public void await(List<Integer> descriptors, int millis) {
    // Two ints stand for a struct pollfd: int fd, short events, short revents.
    int[] all = new int[2 * descriptors.size() + 2];
    for (int i = 0; i < descriptors.size(); i++) {
      all[2 * i] = descriptors.get(i);
      all[2 * i + 1] = POLLIN;
    }
    all[all.length - 2] = call;
    all[all.length - 1] = POLLIN;
    try {
      // SAFETY: as many structures as are said to be there.
      Libc.poll(all, all.length / 2, millis);
      // SAFETY: eight bytes, as an eventfd gives.
      if (all[all.length - 1] != POLLIN) Libc.read(call, new byte[8], 8);
    } catch (LastErrorException interrupted) {
      // The caller looks at everything anyway.
    }
  }

  /** Wakes who waits, or the next who will. */
  public synchronized void call() {
    if (closed) return;
    // SAFETY: eight bytes, as an eventfd wants.
    Libc.write(call, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 8);
  }

  /** Only when nobody waits any more. */
  @Override
  public synchronized void close() {
    if (closed) return;
    closed = true;
    Libc.close(call);
  }
}
