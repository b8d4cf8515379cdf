package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Tells when processes wait for memory for more than a share of the time. See the kernel's
 * Documentation/accounting/psi.rst.
 */
public final class PressureTrigger implements AutoCloseable {
  public static final Path MEMORY = Path.of("/proc/pressure/memory");

  private static final int O_RDWR = 2, O_NONBLOCK = 04000, O_CLOEXEC = 02000000;
  private static final int POLLIN = 1, POLLPRI = 2, POLLERR = 8;
  private static final int EFD_CLOEXEC = 02000000, EFD_NONBLOCK = 04000;
  private static final int WINDOW_MICROS = 2_000_000;

  private final OwnDescriptor pressure;
  private final OwnDescriptor wake;
  private volatile boolean closed;

  private PressureTrigger(OwnDescriptor pressure, OwnDescriptor wake) {
    this.pressure = pressure;
    this.wake = wake;
  }

  /**
   * @param percent of two seconds
   * @throws IOException this kernel does not tell
   */
  public static PressureTrigger open(Path file, int percent) throws IOException {
    try {
      // SAFETY: a path, and numbers; what comes back is ours.
      OwnDescriptor pressure =
          new OwnDescriptor(Libc.open(file.toString(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
      try {
        byte[] wanted =
            ("some " + WINDOW_MICROS / 100 * percent + " " + WINDOW_MICROS + "\0")
                .getBytes(StandardCharsets.US_ASCII);
        // SAFETY: as many bytes as there are.
        Libc.write(pressure.number(), wanted, wanted.length);
        return new PressureTrigger(
            pressure, new OwnDescriptor(Libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
      } catch (LastErrorException refused) {
        pressure.close();
        throw refused;
      }
    } catch (LastErrorException e) {
      throw new IOException(file + " cannot be watched: " + Libc.strerror(e.getErrorCode()), e);
    }
  }

  /** Waits until it is so; false where this was closed, or will never be told. For one thread. */
  public boolean await() {
    while (!closed) {
      // struct pollfd: int fd, short events, short revents.
      int[] pollfds = {pressure.number(), POLLPRI, wake.number(), POLLIN};
      try {
        // SAFETY: two structures, of descriptors that only this thread closes.
        Libc.poll(pollfds, 2, -1);
      } catch (LastErrorException interrupted) {
        continue;
      }
      int told = pollfds[1] >> 16;
      if ((told & POLLERR) != 0) break;
      if ((told & POLLPRI) != 0 && !closed) return true;
    }
    pressure.close();
    wake.close();
    return false;
  }

  /** Ends {@link #await}. */
  @Override
  public void close() {
    closed = true;
    try {
      // SAFETY: eight bytes, as an eventfd takes them.
      Libc.write(wake.number(), new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 8);
    } catch (LastErrorException | IllegalStateException over) {
      // Nobody waits.
    }
  }
}
