package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.criu.StreamKeys;
import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.linux.Proc;
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

  /** Of a task that runs on, or is frozen. */
  static CriuOpts of(
      ControlBlock task,
      Path images,
      CheckpointOptions options,
      List<Stream> streams,
      Seat seat,
      Company company) {
    CriuOpts.Builder criu =
        of(images, Proc.innermostPid(task.pid()), options.ghostLimitBytes(), streams)
            .setLeaveRunning(!options.stop());
    // Connects that wait in a listening socket are in no image: they wait in the deputy's.
    if (options.stop() && seat.kept()) criu.setLeaveStopped(true).setTcpSkipInFlight(true);
    // Those of the company's own are looked for; others' are lost with all connections to others.
    if (!company.alone()) criu.setTcpSkipInFlight(true);
    return criu.build();
  }

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
      if (!StreamKind.isPipe(stream)) criu.addAllExternal(StreamKeys.external(stream));
    return criu;
  }
}
