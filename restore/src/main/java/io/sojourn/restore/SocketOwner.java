package io.sojourn.restore;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import java.util.Optional;

/** Which process has a socket. */
final class SocketOwner {
  private SocketOwner() {}

  /** "'java' (pid 4711)", or empty where none is found. */
  static Optional<String> of(long inode) {
    return ProcessHandle.allProcesses()
        .map(process -> (int) process.pid())
        .filter(pid -> holds(pid, inode))
        .findFirst()
        .map(pid -> "'" + Proc.command(pid) + "' (pid " + pid + ")");
  }

  private static boolean holds(int pid, long inode) {
    return Descriptor.of(pid).stream()
        .anyMatch(descriptor -> descriptor.isSocket() && descriptor.inode() == inode);
  }
}
