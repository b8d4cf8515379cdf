package io.sojourn.restore.fuse;

import io.netty.channel.EventLoop;
import io.sojourn.engine.linux.RawSocket;

/** Who carries what the task says to sockets of home's. */
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
}
