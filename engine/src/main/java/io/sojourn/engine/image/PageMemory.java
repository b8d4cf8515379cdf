package io.sojourn.engine.image;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Memory outside of the heap for pages that have come and are not on the disk yet, in chunks. It
 * goes back to the machine when it is closed. For one thread.
 */
final class PageMemory implements AutoCloseable {
  /** A whole number of {@link PackedPages}' blocks. */
  static final int CHUNK = 4 << 20;

  private final List<Memory> all = new ArrayList<>();
  private final Deque<ByteBuffer> free = new ArrayDeque<>();

  /** Gets so much from the machine before it is wanted: what is new has to be made of zeros. */
  void prepare(long bytes) {
    for (long room = 0; room < bytes; room += CHUNK) free.push(make());
  }

  private ByteBuffer make() {
    Memory chunk = new Memory(CHUNK);
    // SAFETY: all of the chunk, which is ours.
    chunk.clear();
    all.add(chunk);
    return chunk.getByteBuffer(0, CHUNK);
  }

  /** An empty chunk. */
  ByteBuffer take() {
    return free.isEmpty() ? make() : free.pop();
  }

  void giveBack(ByteBuffer chunk) {
    free.push(chunk.clear());
  }

  /** Nobody may use a chunk any more. */
  @Override
  public void close() {
    free.clear();
    all.forEach(Memory::close);
    all.clear();
  }
}
