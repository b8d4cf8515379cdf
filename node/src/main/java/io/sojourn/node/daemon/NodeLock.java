package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Held by the one daemon of a run directory; the kernel lets go of it when the daemon ends. */
final class NodeLock implements AutoCloseable {
  private final FileChannel file;

  private NodeLock(FileChannel file) {
    this.file = file;
  }

  /** Refuses where another daemon holds it, and says which. */
  static NodeLock acquire(Path runDirectory) throws IOException {
    Path path = runDirectory.resolve("node.lock");
    FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (lock(file) == null) {
      file.close();
      throw OperationException.refused(
          "another daemon, pid " + Files.readString(path).trim() + ", holds " + runDirectory,
          "end it first (ckpt node stop), or choose another directory (--run-dir)");
    }
    file.truncate(0);
    file.write(
        ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)),
        0);
    return new NodeLock(file);
  }

  private static @Nullable FileLock lock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException sameProcess) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
