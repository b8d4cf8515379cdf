package io.sojourn.engine.linux;

/** Ends of a new terminal, not blocking and closed on exec. */
public final class RawTerminal {
  private static final int FLAGS = 2 /* O_RDWR */ | 0x100 /* O_NOCTTY */ | 0x800 | 0x80000;
  private static final long TIOCSPTLCK = 0x40045431;
  private static final long TIOCGPTN = 0x80045430L;

  private RawTerminal() {}

  /** The end at which a person would sit; {@link #programsEnd} gives the other. */
  public static RawSocket made() {
    RawSocket made = open("/dev/ptmx");
    // SAFETY: reads one int.
    RawSocket.call("TIOCSPTLCK", () -> Libc.ioctl(made.descriptor(), TIOCSPTLCK, new int[1]));
    return made;
  }

  /**
   * @param made by {@link #made}
   */
  public static RawSocket programsEnd(RawSocket made) {
    return open("/dev/pts/" + made.count(TIOCGPTN));
  }

  private static RawSocket open(String path) {
    return RawSocket.ofNoSocket(RawSocket.call(path, () -> Libc.open(path, FLAGS)));
  }
}
