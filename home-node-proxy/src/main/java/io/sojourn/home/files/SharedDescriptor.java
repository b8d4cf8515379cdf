package io.sojourn.home.files;

import io.sojourn.engine.files.ErrorNumber;
import io.sojourn.engine.files.FileCalls;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A descriptor that is closed when its owner has given it up and nobody is in a call with it: a
 * number that was closed under a call might by then be another task's file.
 */
final class SharedDescriptor {
  private final int fd;
  private final AtomicInteger uses = new AtomicInteger(1);

  SharedDescriptor(int fd) {
    this.fd = fd;
  }

  /** Valid until the use is closed. */
  Use use() throws Refused {
    int seen = uses.getAndUpdate(count -> count == 0 ? 0 : count + 1);
    if (seen == 0) throw new Refused(ErrorNumber.EBADF);
    return new Use();
  }

  /** The owner's; once. */
  void giveUp() {
    if (uses.decrementAndGet() == 0) FileCalls.close(fd);
  }

  final class Use implements AutoCloseable {
    int fd() {
      return fd;
    }

    @Override
    public void close() {
      giveUp();
    }
  }
}
