package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A userfaultfd(2) of another process, which somebody else has set up: tells what that touches and
 * has not, and puts pages there. Page sizes are 4 KiB; addresses and lengths are whole pages. See
 * ioctl_userfaultfd(2) and linux/userfaultfd.h. For one thread.
 */
public final class Userfault implements AutoCloseable {
  /** What is told; named as the kernel does. */
  public enum Kind {
    /** At {@code from}: somebody waits for that page. */
    PAGEFAULT,
    /** The process has a child with the same memory; {@code from} is the child's descriptor. */
    FORK,
    /** {@code length} bytes have gone from {@code from} to {@code to}. */
    REMAP,
    /** What was from {@code from} up to {@code to} is given back: it reads as zeros from now on. */
    REMOVE,
    /** There is nothing from {@code from} up to {@code to} any more. */
    UNMAP
  }

  /** As {@link Kind} says. */
  public record Event(Kind kind, long from, long to, long length) {}

  private static final int MESSAGE = 32;
  private static final int FIRST_EVENT = 0x12;
  private static final int AT_ONCE = 64;
  private static final long UFFDIO_WAKE = 0x8010aa02L;
  private static final long UFFDIO_COPY = 0xc028aa03L;
  private static final long UFFDIO_ZEROPAGE = 0xc020aa04L;

  private final int descriptor;
  private final byte[] messages = new byte[AT_ONCE * MESSAGE];
  private final Memory request = new Memory(40);
  private boolean closed;

  /**
   * @param descriptor ours from now on; does not block
   */
  public Userfault(int descriptor) {
    this.descriptor = descriptor;
  }

  public int descriptor() {
    return descriptor;
  }

  /** What has happened since; empty where nothing has. Who forks, unmaps or gives back waits. */
  public List<Event> read() throws IOException {
    long length;
    try {
      // SAFETY: the kernel writes whole messages, and no more than there is room for.
      length = Libc.read(descriptor, messages, messages.length);
    } catch (LastErrorException failed) {
      if (failed.getErrorCode() == Errno.EAGAIN || failed.getErrorCode() == Errno.EINTR)
        return List.of();
      throw new IOException("userfaultfd: " + Libc.strerror(failed.getErrorCode()), failed);
    }
    List<Event> events = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.wrap(messages).order(ByteOrder.nativeOrder());
    for (int at = 0; at + MESSAGE <= length; at += MESSAGE) events.add(event(buffer, at));
    return events;
  }

  /** struct uffd_msg: the event's number in a byte, its arguments from the ninth byte on. */
  private static Event event(ByteBuffer buffer, int at) throws IOException {
    int number = buffer.get(at) - FIRST_EVENT;
    if (number < 0 || number >= Kind.values().length)
      throw new IOException("userfaultfd told of an event " + buffer.get(at));
    Kind kind = Kind.values()[number];
    long first = buffer.getLong(at + 8), second = buffer.getLong(at + 16);
    return switch (kind) {
      case PAGEFAULT -> new Event(kind, second, 0, 0);
      case FORK -> new Event(kind, buffer.getInt(at + 8), 0, 0);
      case REMAP -> new Event(kind, first, second, buffer.getLong(at + 24));
      case REMOVE, UNMAP -> new Event(kind, first, second, 0);
    };
  }

  /**
   * Puts pages where there are none, and wakes who waits for them.
   *
   * @param content direct; from its position to its limit
   * @return how many bytes of it; or, where that is none, the error, below 0
   */
  public long copy(long to, ByteBuffer content) {
    long length = content.remaining();
    request.setLong(0, to);
    request.setLong(
        8, Pointer.nativeValue(Native.getDirectBufferPointer(content)) + content.position());
    request.setLong(16, length);
    request.setLong(24, 0);
    request.setLong(32, 0);
    // SAFETY: a struct uffdio_copy; the content stays where it is, being direct, and in use here.
    return done(UFFDIO_COPY, 32, length);
  }

  /** The same with zeros. */
  public long zero(long at, long length) {
    request.setLong(0, at);
    request.setLong(8, length);
    request.setLong(16, 0);
    request.setLong(24, 0);
    // SAFETY: a struct uffdio_zeropage.
    return done(UFFDIO_ZEROPAGE, 24, length);
  }

  private long done(long call, int result, long whole) {
    try {
      Libc.ioctl(descriptor, call, request);
      return whole;
    } catch (LastErrorException failed) {
      long some = request.getLong(result);
      return some > 0 ? some : -failed.getErrorCode();
    }
  }

  /** Who waits for pages there looks again. */
  public void wake(long at, long length) {
    request.setLong(0, at);
    request.setLong(8, length);
    try {
      // SAFETY: a struct uffdio_range.
      Libc.ioctl(descriptor, UFFDIO_WAKE, request);
    } catch (LastErrorException gone) {
      // So is whoever waited.
    }
  }

  /** The memory is as any other again; who waits looks again, and finds zeros. */
  @Override
  public void close() {
    if (closed) return;
    closed = true;
    Libc.close(descriptor);
  }
}
