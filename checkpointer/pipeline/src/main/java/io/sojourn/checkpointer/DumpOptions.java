package io.sojourn.checkpointer;

import io.sojourn.protocol.criu.CriuNetworkLock;
import io.sojourn.protocol.criu.CriuOpts;
import io.sojourn.protocol.image.Stream;
import java.nio.file.Path;
import java.util.List;

/** What CRIU is asked for in every dump of a task. */
final class DumpOptions {
  /** Of CRIU, in the draft. */
  static final String LOG = "dump.log";

  /** What CRIU writes at its very end of its own work. */
  static final String STATISTICS = "stats-dump";

  private DumpOptions() {}

  /**
   * Whether the task runs on, ends or stays stopped is still to be said.
   *
   * @param images as CRIU sees the directory
   * @param pid as CRIU sees the task
   */
  static CriuOpts.Builder of(Path images, int pid, long ghostLimitBytes, List<Stream> streams) {
    CriuOpts.Builder criu =
        CriuOpts.newBuilder()
            .setImagesDirFd(-1)
            .setImagesDir(images.toString())
            .setPid(pid)
            .setExtUnixSk(true)
            .setTcpEstablished(true)
            .setShellJob(true)
            .setFileLocks(true)
            .setLinkRemap(true)
            .setLogLevel(2)
            .setLogFile(LOG)
            .setGhostLimit((int) Math.min(Integer.MAX_VALUE, ghostLimitBytes))
            // Ours is placed before the task is held.
            .setNetworkLock(CriuNetworkLock.SKIP);
    for (Stream stream : streams)
      if (stream.getKind().equals("terminal")) criu.addExternal(stream.getKey());
    return criu;
  }
}
