package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process's memory as of one instant, held by a copy of the process that does nothing but hold
 * it. See proc(5), /proc/PID/mem, and the kernel's pagemap.rst, PAGEMAP_SCAN. For one thread.
 */
public final class MemoryCopy implements AutoCloseable {
  /** Pages that are there, one after the other; in bytes. */
  public record Run(long start, long end) {}

  /** The copy has ended, or is none. */
  public static final class GoneException extends IOException {
    private static final long serialVersionUID = 1;

    GoneException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** Which name it gives itself. */
  private static final String NAME = "ckpt-snapshot";

  private static final int SIGKILL = 9;

  /** _IOWR('f', 16, struct pm_scan_arg). */
  private static final long PAGEMAP_SCAN = 0xc0606610L;

  private static final int ARGUMENT = 96;
  private static final int REGION = 24;
  private static final int REGIONS = 4096;
  private static final long FILE = 4, PRESENT = 8, SWAPPED = 16, ZERO = 32, GUARD = 256;

  private final PidDescriptor process;
  private final FileChannel memory;
  private final OwnDescriptor pagemap;

  private MemoryCopy(PidDescriptor process, FileChannel memory, OwnDescriptor pagemap) {
    this.process = process;
    this.memory = memory;
    this.pagemap = pagemap;
  }

  /**
   * @param pid the copy; it is ended when this is closed
   * @param original what it is a copy of: its owner's word is believed of its owner's processes
   * @throws GoneException where it is gone, or is no such thing
   */
  public static MemoryCopy of(int pid, int original) throws GoneException {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      PidDescriptor process = PidDescriptor.open(pid);
      opened.add(process);
      Path proc = Proc.of(pid);
      if (!sameOwner(pid, original) || !Proc.command(pid).equals(NAME))
        throw new IOException("process " + pid + " is no copy of process " + original);
      FileChannel memory = FileChannel.open(proc.resolve("mem"), StandardOpenOption.READ);
      opened.add(memory);
      return new MemoryCopy(
          process, memory, new OwnDescriptor(Libc.open(proc.resolve("pagemap").toString(), 0)));
    } catch (IOException | LastErrorException e) {
      opened.forEach(MemoryCopy::closeUnused);
      throw new GoneException("the copy of the task's memory cannot be read: " + e.getMessage(), e);
    }
  }

  private static void closeUnused(AutoCloseable opened) {
    try {
      opened.close();
    } catch (Exception unused) {
      // Nothing can be lost.
    }
  }

  /** Whether this kernel says which pages there are: Linux 6.7. */
  public static boolean possible() {
    try (OwnDescriptor pagemap = new OwnDescriptor(Libc.open("/proc/self/pagemap", 0));
        Memory argument = new Memory(ARGUMENT);
        Memory regions = new Memory(REGION)) {
      argument.clear();
      argument.setLong(0, ARGUMENT);
      argument.setPointer(40, regions);
      argument.setLong(48, 1);
      argument.setLong(88, PRESENT);
      // SAFETY: both are as long as said; the range is empty.
      Libc.ioctl(pagemap.number(), PAGEMAP_SCAN, argument);
      return true;
    } catch (LastErrorException older) {
      return false;
    }
  }

  private static boolean sameOwner(int pid, int original) {
    List<int[]> ids = Proc.identities(pid), theirs = Proc.identities(original);
    if (ids.isEmpty() || ids.size() != theirs.size()) return false;
    for (int i = 0; i < ids.size(); i++)
      if (ids.get(i)[0] != theirs.get(i)[0] || ids.get(i)[1] != theirs.get(i)[1]) return false;
    return true;
  }

  /** What is there of a range, as CRIU looks for it (criu/pagemap-cache.c): no zeros, no file's. */
  public List<Run> present(long start, long end) throws GoneException {
    List<Run> runs = new ArrayList<>();
    try (Memory argument = new Memory(ARGUMENT);
        Memory regions = new Memory((long) REGION * REGIONS)) {
      for (long at = start; at < end; ) {
        int count = scan(argument, regions, at, end);
        long last = at;
        for (long i = 0; i < count; i++) {
          long from = Math.max(last, regions.getLong(i * REGION));
          long to = regions.getLong(i * REGION + 8);
          if (to <= from) continue;
          if ((regions.getLong(i * REGION + 16) & GUARD) == 0) runs.add(new Run(from, to));
          last = to;
        }
        // walk_end stays where the kernel has last emptied its own buffer of 512 regions (Linux
        // 6.18).
        long next = Math.max(last, argument.getLong(32));
        if (next <= at) throw new GoneException("the kernel does not go on at " + at, null);
        at = next;
      }
    }
    return runs;
  }

  private int scan(Memory argument, Memory regions, long start, long end) throws GoneException {
    argument.clear();
    argument.setLong(0, ARGUMENT);
    argument.setLong(16, start);
    argument.setLong(24, end);
    argument.setPointer(40, regions);
    argument.setLong(48, REGIONS);
    argument.setLong(64, FILE | ZERO);
    argument.setLong(72, FILE | ZERO);
    argument.setLong(80, PRESENT | SWAPPED);
    argument.setLong(88, PRESENT | SWAPPED | GUARD);
    try {
      // SAFETY: both are as long as said.
      return Libc.ioctl(pagemap.number(), PAGEMAP_SCAN, argument);
    } catch (LastErrorException older) {
      // Before Linux 6.15 there are no such guards.
      argument.setLong(88, PRESENT | SWAPPED);
    }
    try {
      // SAFETY: as above.
      return Libc.ioctl(pagemap.number(), PAGEMAP_SCAN, argument);
    } catch (LastErrorException e) {
      throw new GoneException("its pages cannot be listed: " + Libc.strerror(e.getErrorCode()), e);
    }
  }

  /** Fills a buffer. */
  public void read(long address, ByteBuffer to) throws GoneException {
    for (long at = address; to.hasRemaining(); ) {
      int count;
      try {
        count = memory.read(to, at);
      } catch (IOException e) {
        throw new GoneException("the copy of the task's memory cannot be read: " + e, e);
      }
      // proc_mem_operations in the kernel's fs/proc/base.c: nothing comes of a process that has
      // ended.
      if (count <= 0) throw new GoneException("the copy of the task's memory has ended", null);
      at += count;
    }
  }

  @Override
  public void close() {
    process.signal(SIGKILL);
    process.close();
    pagemap.close();
    try {
      memory.close();
    } catch (IOException readOnly) {
      // Nothing can be lost.
    }
  }
}
