package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another process's memory, to be read and written. The kernel finds the pages and does not go
 * through the process's page tables: see process_vm_writev(2). For one thread.
 */
public final class ProcessMemory implements Closeable {
  /** Consecutive bytes; all in bytes. */
  public record Part(long address, long length) {}

  /** Parts of one call; the kernel takes 1,024. */
  public static final int MOST_PARTS = 256;

  private static final int IOVEC = 16;

  private final int pid;
  private final Memory ours = new Memory(IOVEC);
  private final Memory theirs = new Memory((long) IOVEC * MOST_PARTS);
  private @Nullable FileChannel forced;

  public ProcessMemory(int pid) {
    this.pid = pid;
  }

  /**
   * Writes all of a buffer, also where the process itself may only read.
   *
   * @param from direct; from its position to its limit, which is where the parts end
   * @throws IOException no such memory, or no such process
   */
  public void write(ByteBuffer from, List<Part> parts) throws IOException {
    describe(from, parts);
    long written;
    try {
      // SAFETY: both are as long as said, and what ours speaks of is the buffer's.
      written = Libc.process_vm_writev(pid, ours, 1, theirs, parts.size(), 0);
    } catch (LastErrorException readOnly) {
      written = 0;
    }
    if (written < from.remaining()) force(from, parts, written, FileChannel::write);
  }

  /**
   * Fills a buffer, also with what the process itself may not read.
   *
   * @param to direct; from its position to its limit, which is where the parts end
   * @throws IOException no such memory, or no such process
   */
  public void read(ByteBuffer to, List<Part> parts) throws IOException {
    describe(to, parts);
    long read;
    try {
      // SAFETY: as above.
      read = Libc.process_vm_readv(pid, ours, 1, theirs, parts.size(), 0);
    } catch (LastErrorException denied) {
      read = 0;
    }
    if (read < to.remaining()) force(to, parts, read, FileChannel::read);
  }

  private void describe(ByteBuffer buffer, List<Part> parts) {
    ours.setPointer(0, Native.getDirectBufferPointer(buffer).share(buffer.position()));
    ours.setLong(8, buffer.remaining());
    for (int i = 0; i < parts.size(); i++) {
      theirs.setLong((long) i * IOVEC, parts.get(i).address());
      theirs.setLong((long) i * IOVEC + 8, parts.get(i).length());
    }
  }

  private interface Call {
    int on(FileChannel memory, ByteBuffer buffer, long address) throws IOException;
  }

  /** The rest, by the file that heeds no protection. */
  private void force(ByteBuffer buffer, List<Part> parts, long done, Call call) throws IOException {
    if (forced == null)
      forced =
          FileChannel.open(
              Proc.of(pid).resolve("mem"), StandardOpenOption.READ, StandardOpenOption.WRITE);
    long before = 0;
    for (Part part : parts) {
      for (long at = Math.max(0, done - before); at < part.length(); ) {
        ByteBuffer rest =
            buffer.slice(buffer.position() + (int) (before + at), (int) (part.length() - at));
        int count = call.on(forced, rest, part.address() + at);
        if (count <= 0) throw new IOException("process " + pid + " has no memory there");
        at += count;
      }
      before += part.length();
    }
  }

  @Override
  public void close() throws IOException {
    ours.close();
    theirs.close();
    if (forced != null) forced.close();
  }
}
