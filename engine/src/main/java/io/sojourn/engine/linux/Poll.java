package io.sojourn.engine.linux;

/** What a descriptor is ready for just now: poll(2) without waiting. */
final class Poll {
  static final int IN = 1;
  static final int HANG_UP = 0x10;

  private Poll() {}

  /**
   * @param asked the events that are asked for; a hang-up and an error are told in any case
   * @return those that there are
   */
  static int now(int descriptor, int asked) {
    // struct pollfd: int fd, short events, short revents.
    int[] pollfd = {descriptor, asked};
    // SAFETY: one structure, no waiting.
    Libc.poll(pollfd, 1, 0);
    return pollfd[1] >> 16;
  }
}
