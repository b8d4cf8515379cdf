package io.sojourn.engine.image;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Memory outside of the heap for pages that have come and are not on the disk yet, in chunks; so
 * much and no more. It goes back to the machine when it is closed.
 */
final class PageMemory implements AutoCloseable {
  /** A whole number of {@link PackedPages}' blocks. */
  static final int CHUNK = 4 << 20;

  private final int most;
  private final List<Memory> all = new ArrayList<>();
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private boolean closed;

  PageMemory(long mostBytes) {
    most = (int) Math.max(2, mostBytes / CHUNK);
  }

  /** Gets so much from the machine before it is wanted: what is new has to be made of zeros. */
  synchronized void prepare(long bytes) {
    for (long room = 0; room < bytes && all.size() < most && !closed; room += CHUNK)
      free.push(make());
  }

  private ByteBuffer make() {
    Memory chunk = new Memory(CHUNK);
    // SAFETY: all of the chunk, which is ours.
    chunk.clear();
    all.add(chunk);
    return chunk.getByteBuffer(0, CHUNK);
  }

  /** An empty chunk. Waits for one that is given back, where all are in use. */
  synchronized ByteBuffer take() throws InterruptedException {
    while (free.isEmpty() && all.size() >= most && !closed) wait();
    if (closed) throw new InterruptedException("the image has been given up");
    return free.isEmpty() ? make() : free.pop();
  }

  synchronized void giveBack(ByteBuffer chunk) {
    free.push(chunk.clear());
    notifyAll();
  }

  /** Nobody may use a chunk any more. */
  @Override
  public synchronized void close() {
    closed = true;
    free.clear();
    all.forEach(Memory::close);
    all.clear();
    notifyAll();
  }
}
