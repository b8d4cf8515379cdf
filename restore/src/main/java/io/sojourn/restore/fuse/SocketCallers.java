package io.sojourn.restore.fuse;

import io.netty.channel.EventLoop;
import io.sojourn.engine.linux.RawSocket;

/** Who carries what the task says to sockets and FIFOs of home's, and hears there. */
public interface SocketCallers {
  /** On which it is told. */
  EventLoop loop();

  /**
   * The task has connected.
   *
   * @param ours the end that is connected with the task's
   * @param atHome what home calls its connection: socket:[INODE]
   */
  void connected(RawSocket ours, String atHome);

  /**
   * The task has opened a FIFO in one direction.
   *
   * @param ours the other end, which is theirs from now on
   * @param file the FIFO itself, O_PATH; likewise
   * @param atHome number of home's end
   * @param toTask whether the task reads
   * @param over is called when nothing more will come through it
   * @return false where the task is about to leave, and all is closed
   */
  boolean opened(RawSocket ours, RawSocket file, int atHome, boolean toTask, Runnable over);

  /** The task has closed such a FIFO, from which it has read. */
  void closed(int atHome);
}
