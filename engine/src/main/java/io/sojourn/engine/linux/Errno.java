package io.sojourn.engine.linux;

/** Error numbers that the code tells apart. See errno(3). */
final class Errno {
  static final int ESRCH = 3;
  static final int EINTR = 4;

  private Errno() {}
}
