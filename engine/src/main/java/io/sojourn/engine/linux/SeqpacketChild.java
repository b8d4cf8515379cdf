package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A child process that talks over a SOCK_SEQPACKET pair, which it finds as descriptor 3. What
 * CRIU's {@code swrk} wants; ProcessBuilder can hand over nothing but the standard streams.
 *
 * <p>It leads a process group, for processes that it started may outlive it, with its end of the
 * pair: CRIU has children that try out the kernel, and wait stopped for what it tells them
 * (kerndat_breakpoints in its kerndat.c). So its end is seen by its pidfd, and theirs comes with
 * it.
 */
public final class SeqpacketChild implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_SEQPACKET_CLOEXEC = 5 | 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int POLLIN = 1;
  private static final int CHILD_END = 3;
  private static final int SIZEOF_FILE_ACTIONS = 256; // glibc's is 80
  private static final int SIZEOF_ATTRIBUTES = 512; // glibc's is 336
  private static final short POSIX_SPAWN_SETPGROUP = 2;
  private static final int MAX_MESSAGE = 1 << 20;
  private static final Duration LONG = Duration.ofDays(1);

  private final PidDescriptor process;
  private final int socket;
  private boolean reaped;

  private SeqpacketChild(PidDescriptor process, int socket) {
    this.process = process;
    this.socket = socket;
  }

  /**
   * Starts {@code command}, whose first word is a path. It inherits the environment and the
   * standard streams.
   *
   * @param more whose other ends it finds as descriptors 4 and so on
   */
  public static SeqpacketChild start(List<String> command, StreamPair... more) throws IOException {
    int[] pair = new int[2];
    Libc.socketpair(AF_UNIX, SOCK_SEQPACKET_CLOEXEC, 0, pair);
    try (Memory actions = new Memory(SIZEOF_FILE_ACTIONS);
        Memory attributes = new Memory(SIZEOF_ATTRIBUTES)) {
      // SAFETY: the memory is larger than the structures, and outlives the call.
      Libc.posix_spawn_file_actions_init(actions);
      Libc.posix_spawn_file_actions_adddup2(actions, pair[1], CHILD_END);
      for (int i = 0; i < more.length; i++)
        Libc.posix_spawn_file_actions_adddup2(
            actions, more[i].theirs().number(), CHILD_END + 1 + i);
      Libc.posix_spawn_file_actions_addclosefrom_np(actions, CHILD_END + 1 + more.length);
      // A group of its own: that which the attributes name when they are new.
      Libc.posix_spawnattr_init(attributes);
      Libc.posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP);
      int[] pid = new int[1];
      Pointer environment =
          NativeLibrary.getProcess().getGlobalVariableAddress("environ").getPointer(0);
      int error =
          Libc.posix_spawn(
              pid,
              command.get(0),
              actions,
              attributes,
              new StringArray(command.toArray(new String[0])),
              environment);
      Libc.posix_spawn_file_actions_destroy(actions);
      Libc.posix_spawnattr_destroy(attributes);
      if (error != 0) {
        Libc.close(pair[0]);
        throw new IOException("cannot start " + command.get(0) + ": error " + error);
      }
      // It cannot be another's: we have not collected it.
      return new SeqpacketChild(PidDescriptor.open(pid[0]), pair[0]);
    } finally {
      Libc.close(pair[1]);
      for (StreamPair each : more) each.theirs().close();
    }
  }

  public int pid() {
    return process.pid();
  }

  public void send(byte[] message) throws IOException {
    try {
      Libc.send(socket, message, message.length, MSG_NOSIGNAL);
    } catch (LastErrorException e) {
      throw new IOException("cannot send to process " + pid(), e);
    }
  }

  /** The next message; an empty one when the child has closed its end, or has ended. */
  public byte[] receive() throws IOException {
    byte[] buffer = new byte[MAX_MESSAGE];
    for (; ; ) {
      boolean ended = awaitMessageOrEnd();
      try {
        int length = (int) Libc.recv(socket, buffer, buffer.length, MSG_DONTWAIT);
        return Arrays.copyOf(buffer, length);
      } catch (LastErrorException e) {
        if (e.getErrorCode() == Errno.EAGAIN && ended) return new byte[0];
        if (e.getErrorCode() != Errno.EINTR && e.getErrorCode() != Errno.EAGAIN)
          throw new IOException("cannot hear from process " + pid(), e);
      }
    }
  }

  /** Whether the child has ended; there may be a message of its all the same. */
  private boolean awaitMessageOrEnd() throws IOException {
    // Two ints stand for a struct pollfd: int fd, short events, short revents.
    int[] both = {socket, POLLIN, process.number(), POLLIN};
    try {
      // SAFETY: as many structures as are said to be there.
      Libc.poll(both, 2, -1);
      return both[3] >> 16 != 0;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == Errno.EINTR) return false;
      throw new IOException("cannot hear from process " + pid(), e);
    }
  }

  /**
   * Has all further writes to files fail, of the child and of whom it has started.
   *
   * @return false where we may not do that to all of them
   */
  public synchronized boolean stopWrites() {
    return reaped || Proc.tree(pid()).stream().allMatch(FileSizeLimit::stopWrites);
  }

  /** Ends the child at once, and whom it has started. */
  public synchronized void kill() {
    if (!reaped) Signals.sendToGroup(pid(), Signals.KILL);
  }

  /** Closes the socket, waits for the end of the child, which notices, and ends whom it left. */
  @Override
  public void close() {
    Libc.close(socket);
    while (!process.ends(LONG)) {}
    synchronized (this) {
      // Before it is collected: its group's number is not another's.
      Signals.sendToGroup(pid(), Signals.KILL);
      collect();
      reaped = true;
    }
    process.close();
  }

  private void collect() {
    int[] status = new int[1];
    for (; ; ) {
      try {
        Libc.waitpid(pid(), status, 0);
        return;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Errno.EINTR) throw e;
      }
    }
  }
}
