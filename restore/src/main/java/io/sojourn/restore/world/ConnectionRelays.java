package io.sojourn.restore.world;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.UnixPeers;

/**
 * Both directions of a unix connection of the task's, whose other end is at home.
 *
 * @param output what the task writes
 * @param input what comes for it
 * @param queue where that waits
 */
record ConnectionRelays(Watched output, Watched input, TaskQueue queue) {
  /**
   * @param written the end that is connected with the task's, to write to
   * @param tasks inode of the task's end; 0 where it is to be found out
   * @param peers of the task's network namespace
   */
  static ConnectionRelays of(RawSocket written, long tasks, UnixPeers peers) {
    TaskQueue queue = new TaskQueue(written, tasks, peers);
    Watched output = new Watched(), input = new Watched();
    output.relay.readOnly().shuts(RawSocket.SHUT_RD);
    input.relay.through(queue).noReader(queue::gone).shuts(RawSocket.SHUT_WR);
    return new ConnectionRelays(output, input, queue);
  }
}
