package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A memfd of another process, held open, so that what is asked about it stays true. See
 * memfd_create(2), fcntl(2).
 */
public final class SealedMemory implements AutoCloseable {
  private static final int O_RDWR_CLOEXEC = 2 | 02000000;
  private static final int F_GET_SEALS = 1034;
  private static final int F_SEAL_SHRINK = 2;

  private final int descriptor;

  private SealedMemory(int descriptor) {
    this.descriptor = descriptor;
  }

  public static SealedMemory open(int pid, int descriptor) throws IOException {
    try {
      return new SealedMemory(Libc.open("/proc/" + pid + "/fd/" + descriptor, O_RDWR_CLOEXEC));
    } catch (LastErrorException e) {
      throw new IOException(
          "descriptor " + descriptor + " of process " + pid + " cannot be opened", e);
    }
  }

  /** Nobody can make it smaller any more. */
  public boolean keepsItsSize() {
    try {
      // SAFETY: reads a property of a descriptor that is ours.
      return (Libc.fcntl(descriptor, F_GET_SEALS, 0) & F_SEAL_SHRINK) != 0;
    } catch (LastErrorException noMemory) {
      return false;
    }
  }

  /** Opens the same memory once more. */
  public Path path() {
    return Path.of("/proc/self/fd/" + descriptor);
  }

  @Override
  public void close() {
    Libc.close(descriptor);
  }
}
