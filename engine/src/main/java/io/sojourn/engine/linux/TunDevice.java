package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A network interface whose packets come to us, in the network namespace of the thread that makes
 * it. It is gone when it is closed. See Documentation/networking/tuntap.rst.
 */
public final class TunDevice implements AutoCloseable {
  private static final int O_RDWR_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
  private static final long TUNSETIFF = 0x400454caL;
  private static final int SIZEOF_IFREQ = 40;
  private static final int EFD_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int POLLIN = 1;

  /** What the packets begin with. */
  public enum Layer {
    /** An IP header. */
    TUN(0x0001),
    /** An Ethernet header. */
    TAP(0x0002);

    private final int flag;

    Layer(int flag) {
      this.flag = flag;
    }
  }

  private static final int IFF_NO_PI = 0x1000;

  private final int descriptor;
  private final int wake;
  private volatile boolean closing;

  private TunDevice(int descriptor, int wake) {
    this.descriptor = descriptor;
    this.wake = wake;
  }

  public static TunDevice make(String name, Layer layer) throws IOException {
    int descriptor;
    try {
      descriptor = Libc.open("/dev/net/tun", O_RDWR_NONBLOCK_CLOEXEC);
    } catch (LastErrorException failed) {
      throw new IOException("/dev/net/tun: " + Libc.strerror(failed.getErrorCode()), failed);
    }
    // struct ifreq: the name in 16 bytes, the flags in a short.
    byte[] request = new byte[SIZEOF_IFREQ];
    byte[] text = name.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, request, 0, Math.min(text.length, 15));
    ByteBuffer.wrap(request)
        .order(ByteOrder.nativeOrder())
        .putShort(16, (short) (layer.flag | IFF_NO_PI));
    try {
      // SAFETY: the kernel reads and writes a struct ifreq, which is what it gets.
      Libc.ioctl(descriptor, TUNSETIFF, request);
      return new TunDevice(descriptor, Libc.eventfd(0, EFD_NONBLOCK_CLOEXEC));
    } catch (LastErrorException failed) {
      Libc.close(descriptor);
      throw new IOException(
          "interface " + name + ": " + Libc.strerror(failed.getErrorCode()), failed);
    }
  }

  /**
   * Waits for a packet.
   *
   * @return its length; -1 once {@link #stop} was called
   */
  public int read(byte[] packet) throws IOException {
    while (!closing) {
      try {
        // SAFETY: the kernel writes at most as much as there is room for.
        return (int) Libc.read(descriptor, packet, packet.length);
      } catch (LastErrorException nothing) {
        if (nothing.getErrorCode() != Errno.EAGAIN && nothing.getErrorCode() != Errno.EINTR)
          throw new IOException("reading packets: " + Libc.strerror(nothing.getErrorCode()));
      }
      try {
        // SAFETY: two structures of int fd, short events, short revents.
        Libc.poll(new int[] {descriptor, POLLIN, wake, POLLIN}, 2, -1);
      } catch (LastErrorException interrupted) {
        if (interrupted.getErrorCode() != Errno.EINTR) throw new IOException(interrupted);
      }
    }
    return -1;
  }

  /** Wakes the reader, for good. */
  public void stop() {
    closing = true;
    Libc.write(wake, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 8);
  }

  /** Only when nobody reads any more. */
  @Override
  public void close() {
    Libc.close(descriptor);
    Libc.close(wake);
  }
}
