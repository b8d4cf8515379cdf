package io.sojourn.restore.world;

import io.netty.channel.unix.FileDescriptor;
import io.sojourn.engine.linux.Descriptor;
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
  private long inode;
  private final UnixPeers peers;

  /** Bytes in it, when it was last looked at. */
  private int there;

  /**
   * @param ours the end that is connected with the task's
   * @param inode of the task's; 0 where it is to be found out, as of one that is not accepted yet
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
    long tasks = tasks();
    int unread = tasks == 0 ? there : (int) peers.unread(tasks).orElse(0);
    int read = there - unread;
    there = unread;
    return read;
  }

  /** The task has closed its end. */
  boolean gone() {
    long tasks = tasks();
    return tasks == 0 || peers.unread(tasks).isEmpty();
  }

  /** Inode of the task's end; 0 where it has none, not yet or not any more. */
  long tasks() {
    if (inode == 0) inode = peers.peer(Descriptor.ofOurs(ours.descriptor()).inode()).orElse(0);
    return inode;
  }
}
