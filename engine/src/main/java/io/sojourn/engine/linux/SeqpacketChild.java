package io.sojourn.engine.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import java.io.IOException;
import java.util.List;

/**
 * A child process that talks over a SOCK_SEQPACKET pair, which it finds as descriptor 3. What
 * CRIU's {@code swrk} wants; ProcessBuilder can hand over nothing but the standard streams.
 */
public final class SeqpacketChild implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_SEQPACKET_CLOEXEC = 5 | 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SIGKILL = 9;
  private static final int CHILD_END = 3;
  private static final int SIZEOF_FILE_ACTIONS = 256; // glibc's is 80
  private static final int MAX_MESSAGE = 1 << 20;

  private final int pid;
  private final int socket;
  private boolean reaped;

  private SeqpacketChild(int pid, int socket) {
    this.pid = pid;
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
    try (Memory actions = new Memory(SIZEOF_FILE_ACTIONS)) {
      // SAFETY: the memory is larger than the structure, and outlives the call.
      Libc.posix_spawn_file_actions_init(actions);
      Libc.posix_spawn_file_actions_adddup2(actions, pair[1], CHILD_END);
      for (int i = 0; i < more.length; i++)
        Libc.posix_spawn_file_actions_adddup2(
            actions, more[i].theirs().number(), CHILD_END + 1 + i);
      Libc.posix_spawn_file_actions_addclosefrom_np(actions, CHILD_END + 1 + more.length);
      int[] pid = new int[1];
      Pointer environment =
          NativeLibrary.getProcess().getGlobalVariableAddress("environ").getPointer(0);
      int error =
          Libc.posix_spawn(
              pid,
              command.get(0),
              actions,
              Pointer.NULL,
              new StringArray(command.toArray(new String[0])),
              environment);
      Libc.posix_spawn_file_actions_destroy(actions);
      if (error != 0) {
        Libc.close(pair[0]);
        throw new IOException("cannot start " + command.get(0) + ": error " + error);
      }
      return new SeqpacketChild(pid[0], pair[0]);
    } finally {
      Libc.close(pair[1]);
      for (StreamPair each : more) each.theirs().close();
    }
  }

  public int pid() {
    return pid;
  }

  public void send(byte[] message) throws IOException {
    try {
      Libc.send(socket, message, message.length, MSG_NOSIGNAL);
    } catch (LastErrorException e) {
      throw new IOException("cannot send to process " + pid, e);
    }
  }

  /** The next message; an empty one when the child closed its end. */
  public byte[] receive() throws IOException {
    byte[] buffer = new byte[MAX_MESSAGE];
    for (; ; ) {
      try {
        int length = (int) Libc.recv(socket, buffer, buffer.length, 0);
        return java.util.Arrays.copyOf(buffer, length);
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Errno.EINTR)
          throw new IOException("cannot hear from process " + pid, e);
      }
    }
  }

  /**
   * Has all further writes to files fail, of the child and of whom it has started.
   *
   * @return false where we may not do that to all of them
   */
  public synchronized boolean stopWrites() {
    return reaped || Proc.tree(pid).stream().allMatch(FileSizeLimit::stopWrites);
  }

  /** Ends the child at once, and whom it has started. */
  public synchronized void kill() {
    if (!reaped) Proc.tree(pid).forEach(each -> Signals.send(each, SIGKILL));
  }

  /** Closes the socket and waits for the end of the child, which notices. */
  @Override
  public void close() {
    Libc.close(socket);
    int[] status = new int[1];
    for (boolean waiting = true; waiting; ) {
      try {
        Libc.waitpid(pid, status, 0);
        waiting = false;
      } catch (LastErrorException e) {
        waiting = e.getErrorCode() == Errno.EINTR;
      }
    }
    synchronized (this) {
      reaped = true;
    }
  }
}
