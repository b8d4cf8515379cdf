package io.sojourn.engine.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Some files of /proc/net, read again and again by any thread: they remain those of the network
 * namespace of the thread that opens them.
 */
public final class NetworkTables implements AutoCloseable {
  private final List<FileChannel> files = new ArrayList<>();
  private ByteBuffer before = ByteBuffer.allocate(0);
  private ByteBuffer now = ByteBuffer.allocate(1 << 12);

  private NetworkTables() {}

  /** Those that the kernel does not have are left out. */
  public static NetworkTables open(String... names) {
    NetworkTables tables = new NetworkTables();
    for (String name : names)
      try {
        tables.files.add(FileChannel.open(Path.of("/proc/thread-self/net").resolve(name)));
      } catch (IOException unknown) {
        // IPv6 may not be there.
      }
    return tables;
  }

  /** Whether anything in them is not as it was at the last call. Always at the first. */
  public boolean changed() {
    now.clear();
    for (FileChannel file : files)
      try {
        read(file);
      } catch (IOException gone) {
        // The next look will see what there is.
      }
    now.flip();
    if (now.equals(before)) return false;
    before = ByteBuffer.allocate(now.remaining()).put(now).flip();
    return true;
  }

  private void read(FileChannel file) throws IOException {
    for (int at = 0, count; (count = file.read(now, at)) != -1; at += count)
      if (!now.hasRemaining()) now = ByteBuffer.allocate(2 * now.capacity()).put(now.flip());
  }

  @Override
  public void close() {
    for (FileChannel file : files)
      try {
        file.close();
      } catch (IOException closed) {
        // Nothing was written.
      }
  }
}
