package io.sojourn.engine.files;

import io.sojourn.engine.linux.Errno;
import java.io.IOException;

/** A call on a file that the kernel has refused. */
public final class FileFailure extends IOException {
  private static final long serialVersionUID = 1;

  private final int errno;

  FileFailure(String what, int errno) {
    super(what + ": " + Errno.words(errno));
    this.errno = errno;
  }

  /** As of errno(3). */
  public int errno() {
    return errno;
  }
}
