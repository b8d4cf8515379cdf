package io.sojourn.restore.attach;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.files.Statx;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Where a VM in a world listens for the JDK's tools: the world's /tmp/.java_pidN. */
final class AttachSocket {
  private AttachSocket() {}

  /**
   * Connects to it, and to nothing else: a link there would lead out of the world, to what this
   * process may and the task may not. The VM lets root in.
   *
   * @param process one that lives in the world, by its number here
   * @param vm the VM's, by its number there
   */
  static SocketChannel connect(int process, int vm) throws IOException {
    int root = FileCalls.directory("/proc/" + process + "/root");
    try {
      int directory = child(root, "tmp", FileCalls.O_PATH | FileCalls.O_DIRECTORY);
      try {
        int file = child(directory, ".java_pid" + vm, FileCalls.O_PATH);
        try {
          Statx status = FileCalls.stat(file);
          if (status == null || status.type() != Statx.S_IFSOCK)
            throw new IOException("process " + vm + " has no attach socket");
          return SocketChannel.open(UnixDomainSocketAddress.of("/proc/self/fd/" + file));
        } finally {
          FileCalls.close(file);
        }
      } finally {
        FileCalls.close(directory);
      }
    } finally {
      if (root >= 0) FileCalls.close(root);
    }
  }

  private static int child(int directory, String name, int flags) throws IOException {
    int fd =
        directory < 0
            ? directory
            : FileCalls.openChild(directory, name.getBytes(StandardCharsets.US_ASCII), flags, 0);
    if (fd < 0) throw new IOException(name + " in the task's world: errno " + -fd);
    return fd;
  }
}
