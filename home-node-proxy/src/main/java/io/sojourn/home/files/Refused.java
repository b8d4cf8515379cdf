package io.sojourn.home.files;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Result;

/** A call's errno. Without a stack: a file system says no all the time. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1;
  private final int errno;

  Refused(int errno) {
    super(null, null, false, false);
    this.errno = errno;
  }

  int errno() {
    return errno;
  }

  static int checked(int result) throws Refused {
    if (result < 0) throw new Refused(Result.errno(result));
    return result;
  }

  static long checked(long result) throws Refused {
    if (result < 0) throw new Refused(Result.errno(result));
    return result;
  }

  /** For calls whose outcome is an object. */
  static <T> T present(@org.jspecify.annotations.Nullable T outcome) throws Refused {
    if (outcome == null) throw new Refused(FileCalls.lastError());
    return outcome;
  }
}
