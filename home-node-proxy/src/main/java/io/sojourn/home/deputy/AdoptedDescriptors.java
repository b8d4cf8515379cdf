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

  /** The deputy gives it up, and all that is held through it. */
  public void close(int number) throws IOException {
    int error = answer(deputy.closeDescriptor(number), "close descriptor " + number);
    if (error != 0) throw new IOException("descriptor " + number + ": error " + error);
  }

  /**
   * The deputy holds a descriptor of ours, too.
   *
   * @return the number that it has there
   */
  public int hold(int descriptor) throws IOException {
    return answer(deputy.take(descriptor), "take what is its task's");
  }

  /** As {@link #hold}, under this number, in place of what it holds there. */
  public void holdAs(int descriptor, int number) throws IOException {
    if (answer(deputy.takeAs(descriptor, number), "take descriptor " + number) != number)
      throw new IOException("the deputy is of an older version, and gives no numbers");
  }

  private static int answer(CompletableFuture<Integer> to, String what) throws IOException {
    try {
      return to.get(DeputyTimes.ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the deputy does not " + what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
