package io.sojourn.restore.memory;

import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.Userfault;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one process while it is not whole. Where the kernel says "again", something has
 * happened to the memory meanwhile that is to be heard of first.
 */
final class AddressSpace implements AutoCloseable {
  static final int PAGE = 4096;

  /** Zeros are put by so many at once: who touches fresh memory goes on through it, mostly. */
  private static final int AHEAD = 64 * PAGE;

  private final int process;
  private final Userfault faults;
  private final Missing missing;
  private final Sweep sweep;
  private boolean over;

  /**
   * @param process its number in the image; a child has its parent's
   */
  AddressSpace(int process, Userfault faults, Missing missing) {
    this.process = process;
    this.faults = faults;
    this.missing = missing;
    this.sweep = new Sweep(process, missing);
  }

  int process() {
    return process;
  }

  Userfault faults() {
    return faults;
  }

  Missing missing() {
    return missing;
  }

  /** It needs nothing more. */
  boolean whole() {
    return over || missing.bytes() == 0;
  }

  boolean over() {
    return over;
  }

  /** What is to be asked for next. */
  Missing.@Nullable Range next(Asked asked) {
    return over ? null : sweep.next(asked);
  }

  /** The task waits for what is there. */
  void touched(long address) {
    sweep.goOnFrom(address);
  }

  /** Gives it zeros where the image has nothing. */
  void zeros(long address) {
    Missing.Range next = missing.from(address);
    long limit = next == null ? Long.MAX_VALUE : next.start();
    long length = Math.min(AHEAD, limit - address);
    long done = faults.zero(address, length);
    // What is mapped there may be shorter, or begin anew; EAGAIN: it will be told once more.
    if (done < 0 && length > PAGE) done = faults.zero(address, PAGE);
    if (done < 0) faults.wake(address, PAGE);
  }

  /**
   * Puts what has come where it is wanted.
   *
   * @param content direct; null: zeros
   * @return false where something is to be heard of first; then it is to be put once more
   */
  boolean put(long source, int length, @Nullable ByteBuffer content) {
    List<Missing.Range> wanted = missing.wanting(source, length);
    for (Missing.Range part : wanted) if (!over && !put(part, source, content)) return false;
    return true;
  }

  private boolean put(Missing.Range part, long source, @Nullable ByteBuffer content) {
    long at = part.start();
    boolean single = false;
    while (at < part.end()) {
      long length = single ? PAGE : part.end() - at;
      long done = put(at, length, part.source() + at - part.start() - source, content);
      if (done > 0) {
        missing.remove(at, at + done);
        at += done;
      } else if (done == -Errno.EAGAIN) {
        return false;
      } else if (done == -Errno.ESRCH || done == -Errno.ENOSPC) {
        over = true;
        return true;
      } else if (!single) {
        // The range crosses two mappings, or a page of it is there already, or is unmapped.
        single = true;
      } else {
        faults.wake(at, PAGE);
        missing.remove(at, at + PAGE);
        at += PAGE;
      }
    }
    return true;
  }

  private long put(long at, long length, long offset, @Nullable ByteBuffer content) {
    if (content == null) return faults.zero(at, length);
    return faults.copy(at, content.slice((int) offset, (int) length));
  }

  @Override
  public void close() {
    over = true;
    faults.close();
  }
}
