package io.sojourn.home.deputy;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.engine.linux.OwnDescriptor;
import io.sojourn.engine.linux.PidDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a deputy holds for its task, under the task's own numbers. */
public final class AdoptedDescriptors {
  private final Deputy deputy;
  private final PidDescriptor process;

  AdoptedDescriptors(Deputy deputy, PidDescriptor process) {
    this.deputy = deputy;
    this.process = process;
  }

  /** All but the deputy's own. */
  public List<Descriptor> all() {
    return Descriptor.of(deputy.pid()).stream()
        .filter(held -> !deputy.owns(held.number()))
        .toList();
  }

  /** TCP and UDP sockets, by descriptor number. */
  public Map<Integer, InternetSocket> sockets() {
    Map<Long, InternetSocket> known = InternetSocket.inNamespaceOf(deputy.pid());
    Map<Integer, InternetSocket> sockets = new TreeMap<>();
    for (Descriptor held : all()) {
      InternetSocket socket = held.isSocket() ? known.get(held.inode()) : null;
      if (socket != null) sockets.put(held.number(), socket);
    }
    return sockets;
  }

  /** A duplicate: both stand for the same open file, with one offset and one set of locks. */
  public OwnDescriptor duplicate(int number) throws IOException {
    if (!deputy.name().isDeputy())
      throw new IOException(
          "process " + deputy.pid() + " is no longer the deputy of task " + deputy.name().task());
    return process.duplicate(number);
  }

  /**
   * A duplicate of a socket, ready for use: a dump leaves TCP sockets in repair mode, in which
   * every call fails with EPERM.
   */
  public OwnDescriptor socket(int number) throws IOException {
    OwnDescriptor socket = duplicate(number);
    socket.endRepair();
    return socket;
  }

  /**
   * Takes all TCP sockets out of repair mode: from here on the kernel answers the peers again, and
   * keeps what they send.
   */
  public void endRepair() throws IOException {
    for (Map.Entry<Integer, InternetSocket> held : sockets().entrySet())
      if (held.getValue().tcp()) socket(held.getKey()).close();
  }

  /**
   * Closes a socket at home without a word to its peer, for a task that brings its own end of it.
   * Descriptors of the same socket under other numbers have to be closed as well: it is gone with
   * the last. Until the task's end is there, packets of the peer must be dropped: the kernel would
   * answer them with a reset. The same goes for connects to a listening socket, which cannot be in
   * repair mode: those that it has not accepted yet are reset.
   */
  public void closeSilently(int number) throws IOException {
    try (OwnDescriptor socket = duplicate(number)) {
      InternetSocket known = sockets().get(number);
      if (known != null && known.tcp() && !known.listening()) socket.repair();
      close(number);
    }
  }

  /**
   * Lets go of all locks, for a task that takes its own: closes the descriptors through which they
   * are held. Until the task has them, others may take them.
   */
  public void giveUpLocks() throws IOException {
    for (Descriptor held : all()) if (held.locked()) close(held.number());
  }

  private void close(int number) throws IOException {
    try {
      CompletableFuture<Integer> closing = deputy.closeDescriptor(number);
      int error = closing.get(DeputyTimes.ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      if (error != 0) throw new IOException("descriptor " + number + ": error " + error);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the deputy does not close descriptor " + number, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
