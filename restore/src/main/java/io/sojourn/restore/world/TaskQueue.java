package io.sojourn.restore.world;

import io.netty.channel.unix.FileDescriptor;
import io.sojourn.engine.linux.KeptOutput;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.UnixPeers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The receive queue of the task's end of a unix connection. What was written there counts as handed
 * on only when the task has read it: until then it stays in the queue of home's socket, too, as
 * nobody can put anything back in front of that.
 */
final class TaskQueue implements KeptOutput {
  private final RawSocket ours;
  private final long inode;
  private final UnixPeers peers;

  /** Bytes in it, when it was last looked at. */
  private int there;

  /**
   * @param ours the end that is connected with the task's
   * @param inode of the task's
   * @param peers of the task's network namespace
   */
  TaskQueue(RawSocket ours, long inode, UnixPeers peers) {
    this.ours = ours;
    this.inode = inode;
    this.peers = peers;
  }

  /** The buffer begins with what is there already: it is given again until the task has read it. */
  @Override
  public int write(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() > there)
      there +=
          new FileDescriptor(ours.descriptor())
              .write(bytes, bytes.position() + there, bytes.limit());
    int unread = (int) peers.unread(inode).orElse(0);
    int read = there - unread;
    there = unread;
    return read;
  }

  /** The task has closed its end. */
  boolean gone() {
    return peers.unread(inode).isEmpty();
  }
}
