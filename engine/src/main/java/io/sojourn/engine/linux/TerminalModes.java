package io.sojourn.engine.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a terminal does with what passes through it, and how large it is: struct termios and struct
 * winsize of the kernel. See ioctl_tty(2), termios(3).
 */
public final class TerminalModes {
  private static final long TCGETS = 0x5401;
  private static final long TCSETS = 0x5402;
  private static final long TIOCSTI = 0x5412;
  private static final long TIOCGWINSZ = 0x5413;
  private static final long TIOCSWINSZ = 0x5414;
  private static final int TERMIOS = 36;
  private static final int WINSIZE = 8;
  private static final int C_CFLAG = 8;
  private static final int C_LFLAG = 12;
  private static final int VMIN = 17 + 6;
  private static final int VTIME = 17 + 5;
  private static final int ECHO = 010;

  /** IXON, IXANY, IXOFF; and IUTF8, which does nothing here. */
  private static final int FLOW = 02000 | 04000 | 010000 | 040000;

  /** ISIG, NOFLSH, TOSTOP. */
  private static final int SIGNALS = 01 | 0200 | 0400;

  private final byte[] modes;
  private final byte[] size;

  private TerminalModes(byte[] modes, byte[] size) {
    this.modes = modes;
    this.size = size;
  }

  public static TerminalModes of(RawSocket terminal) {
    byte[] modes = new byte[TERMIOS], size = new byte[WINSIZE];
    // SAFETY: each request stores a structure of this size.
    Libc.ioctl(terminal.descriptor(), TCGETS, modes);
    Libc.ioctl(terminal.descriptor(), TIOCGWINSZ, size);
    return new TerminalModes(modes, size);
  }

  public void applyTo(RawSocket terminal) {
    // SAFETY: each request reads a structure of this size.
    Libc.ioctl(terminal.descriptor(), TCSETS, modes);
    Libc.ioctl(terminal.descriptor(), TIOCSWINSZ, size);
  }

  /** Leaves the size as it is. */
  public void applyModesTo(RawSocket terminal) {
    // SAFETY: the request reads a structure of this size.
    Libc.ioctl(terminal.descriptor(), TCSETS, modes);
  }

  /** Whoever is in the foreground there hears of it where it changes. */
  public void applySizeTo(RawSocket terminal) {
    // SAFETY: the request reads a structure of this size.
    Libc.ioctl(terminal.descriptor(), TIOCSWINSZ, size);
  }

  /** struct termios. */
  public byte[] modes() {
    return modes.clone();
  }

  /** struct winsize. */
  public byte[] size() {
    return size.clone();
  }

  /**
   * @param others struct termios
   */
  public TerminalModes withModes(byte[] others) {
    return new TerminalModes(Arrays.copyOf(others, TERMIOS), size);
  }

  /**
   * @param other struct winsize
   */
  public TerminalModes withSize(byte[] other) {
    return new TerminalModes(modes, Arrays.copyOf(other, WINSIZE));
  }

  public boolean hasModesOf(TerminalModes other) {
    return Arrays.equals(modes, other.modes);
  }

  /** The same size, and every byte passes as it is, both ways. */
  public TerminalModes raw() {
    byte[] raw = new byte[TERMIOS];
    System.arraycopy(modes, C_CFLAG, raw, C_CFLAG, Integer.BYTES);
    raw[VMIN] = 1;
    return new TerminalModes(raw, size);
  }

  /**
   * For a terminal whose program is elsewhere, behind another terminal that has these modes: every
   * byte passes as it is, but for the keys that signal, and those that stop and start the output.
   */
  public TerminalModes remote() {
    byte[] remote = new byte[TERMIOS];
    System.arraycopy(modes, C_CFLAG, remote, C_CFLAG, TERMIOS - C_CFLAG);
    ByteBuffer from = ByteBuffer.wrap(modes).order(ByteOrder.nativeOrder());
    ByteBuffer to = ByteBuffer.wrap(remote).order(ByteOrder.nativeOrder());
    to.putInt(0, from.getInt(0) & FLOW);
    to.putInt(C_LFLAG, from.getInt(C_LFLAG) & SIGNALS);
    remote[VMIN] = 1;
    remote[VTIME] = 0;
    return new TerminalModes(remote, size);
  }

  /** Has a terminal hear bytes as if they were typed, behind what it has heard, without an echo. */
  public static void type(RawSocket terminal, byte[] bytes) {
    TerminalModes before = of(terminal);
    byte[] quiet = Arrays.copyOf(before.modes, TERMIOS);
    ByteBuffer flags = ByteBuffer.wrap(quiet).order(ByteOrder.nativeOrder());
    flags.putInt(C_LFLAG, flags.getInt(C_LFLAG) & ~ECHO);
    new TerminalModes(quiet, before.size).applyTo(terminal);
    try {
      // SAFETY: the request reads one byte.
      for (byte one : bytes) Libc.ioctl(terminal.descriptor(), TIOCSTI, new byte[] {one});
    } finally {
      before.applyTo(terminal);
    }
  }
}
