package io.sojourn.engine.files;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory outside of the heap: the kernel is given its address, Java reads it as a buffer. The
 * memory lives as long as this object or its buffer does.
 */
public final class NativeMemory {
  private final Memory memory;
  private final ByteBuffer bytes;

  public NativeMemory(int size) {
    memory = new Memory(size);
    bytes = memory.getByteBuffer(0, size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The whole memory, in the machine's byte order. Position and limit are the caller's to use. */
  public ByteBuffer bytes() {
    return bytes;
  }

  public int size() {
    return bytes.capacity();
  }

  long address() {
    return Pointer.nativeValue(memory);
  }

  /** Keeps the memory from being collected while a call has its address. */
  void keep() {
    Reference.reachabilityFence(memory);
  }
}
