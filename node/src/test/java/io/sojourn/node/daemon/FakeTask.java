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

    int fcntl(int descriptor, int command, int argument);

    int close(int descriptor);
  }

  private static final int MFD_ALLOW_SEALING = 2;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_SEAL_SHRINK = 2;

  private final int descriptor;
  private boolean closed;

  private FakeTask(int descriptor) {
    this.descriptor = descriptor;
  }

  public static FakeTask start(Path runDirectory, String id, String name, int incarnation) {
    FakeTask task = new FakeTask(C.LIBRARY.memfd_create("sojourn-task", MFD_ALLOW_SEALING));
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
    C.LIBRARY.fcntl(task.descriptor, F_ADD_SEALS, F_SEAL_SHRINK);
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
