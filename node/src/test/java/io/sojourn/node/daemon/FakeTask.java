package io.sojourn.node.daemon;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A control block that this JVM holds: to a daemon of the same run directory, a running task. */
public final class FakeTask implements AutoCloseable {
  private static final int SIZE = 16384;

  interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int memfd_create(String name, int flags);

    int close(int descriptor);
  }

  private final int descriptor;
  private boolean closed;

  private FakeTask(int descriptor) {
    this.descriptor = descriptor;
  }

  public static FakeTask start(Path runDirectory, String id, String name, int incarnation) {
    FakeTask task = new FakeTask(C.LIBRARY.memfd_create("sojourn-task", 0));
    ByteBuffer block = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    put(block, 0, "SOJOURN");
    block.putInt(8, 1).putInt(12, SIZE).putInt(68, incarnation).putInt(72, 7);
    block.putInt(136, (int) ProcessHandle.current().pid());
    block.putLong(80, 1234567);
    put(block, 144, id);
    put(block, 176, name);
    put(block, 304, "com.example.Main");
    put(block, 560, runDirectory.toString());
    try (RandomAccessFile file = new RandomAccessFile("/proc/self/fd/" + task.descriptor, "rw")) {
      file.write(block.array());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return task;
  }

  private static void put(ByteBuffer block, int offset, String text) {
    block.put(offset, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Its life ends. */
  @Override
  public synchronized void close() {
    if (!closed) C.LIBRARY.close(descriptor);
    closed = true;
  }
}
