package io.sojourn.home.net;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.network.TcpProgress;
import io.sojourn.engine.network.TcpRepairMode;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.protocol.connection.ClosedConnections;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives this daemon of the connections of a task that is away: its deputy has every socket,
 * too, and a file says where each stream began. The bytes are in the kernel's queues.
 */
public final class KeptConnections {
  private static final Logger log = LoggerFactory.getLogger(KeptConnections.class);
  private static final CompletableFuture<?> DONE = CompletableFuture.completedFuture(null);

  private final @Nullable StreamLedger ledger;
  private final Path file;
  private final Path closed;
  private final KeptPipes pipes;
  private final Map<Long, List<Integer>> held = new HashMap<>();
  private final Map<Long, RawSocket> homeless = new HashMap<>();
  private final Deque<Integer> toGiveUp = new ArrayDeque<>();
  private @Nullable Deputy deputy;
  private boolean over;

  private KeptConnections(@Nullable StreamLedger ledger, Path file, KeptPipes pipes) {
    this.pipes = pipes;
    this.ledger = ledger;
    this.file = file;
    this.closed = closedIn(file);
  }

  private static Path closedIn(Path file) {
    return file.resolveSibling(file.getFileName() + ".closed");
  }

  private static Path pipesIn(Path file) {
    return file.resolveSibling(file.getFileName() + ".pipes");
  }

  /** Of its pipes and terminals. */
  public KeptPipes pipes() {
    return pipes;
  }

  /** Nothing outlives this daemon. */
  public static KeptConnections none() {
    return new KeptConnections(null, Path.of("none"), KeptPipes.none());
  }

  /** Of a task that is about to leave. */
  public static KeptConnections begin(Path file) throws IOException {
    Files.deleteIfExists(closedIn(file));
    return new KeptConnections(StreamLedger.begin(file), file, KeptPipes.begin(pipesIn(file)));
  }

  /** As an earlier daemon has left them. */
  static KeptConnections found(Path file) throws IOException {
    return new KeptConnections(StreamLedger.found(file), file, KeptPipes.found(pipesIn(file)));
  }

  /** Whether there is any sense in keeping. */
  boolean any() {
    return ledger != null;
  }

  public int generation() {
    return ledger == null ? 0 : ledger.generation();
  }

  Collection<KeptStream> all() {
    return ledger == null ? List.of() : ledger.all();
  }

  /** The deputy has it already, under these numbers. */
  public synchronized void has(RawSocket socket, List<Integer> numbers) {
    held.put(socket.cookie(), numbers);
  }

  /** Before this, sockets wait; it has them when this returns, or takes them soon. */
  public synchronized void heldBy(Deputy born) {
    deputy = born;
    pipes.heldBy(born);
    homeless.values().forEach(this::take);
    homeless.clear();
  }

  /** The deputy is to have it, too; completes when it has, or cannot. On any thread. */
  public synchronized CompletableFuture<?> hold(RawSocket socket) {
    if (ledger == null || held.containsKey(socket.cookie())) return DONE;
    if (deputy != null) return take(socket);
    homeless.put(socket.cookie(), socket);
    return DONE;
  }

  private CompletableFuture<?> take(RawSocket socket) {
    Deputy by = deputy;
    if (by == null) return DONE;
    long cookie = socket.cookie();
    return by.take(socket.descriptor())
        .thenAccept(number -> took(cookie, number))
        .exceptionally(
            refused -> {
              log.warn("the deputy does not hold a connection: {}", "" + refused.getMessage());
              return null;
            });
  }

  private synchronized void took(long cookie, int number) {
    held.put(cookie, List.of(number));
  }

  /** A connection that waits for the task to ask for it. */
  public void waits(HomeSocket socket) {
    note(
        socket.socket(),
        TcpProgress.of(socket.socket()),
        0,
        -socket.inImage(),
        0,
        KeptStream.End.BEFORE,
        socket.local(),
        socket.peer());
  }

  /** A connection that is an end of a stream now. */
  void serves(SocketRelay relay, RawSocket socket, InetSocketAddress task, InetSocketAddress peer) {
    KeptStream.End end =
        relay.stream().endTaken()
            ? KeptStream.End.CERTAIN
            : TcpRepairMode.state(socket).sentEnd()
                ? KeptStream.End.BEFORE
                : KeptStream.End.BY_STREAM;
    note(
        socket,
        TcpProgress.of(socket),
        relay.stream().number(),
        relay.queueOffset(),
        relay.writtenOffset(),
        end,
        task,
        peer);
  }

  private void note(
      RawSocket socket,
      TcpProgress now,
      long stream,
      long queue,
      long written,
      KeptStream.End end,
      InetSocketAddress task,
      InetSocketAddress peer) {
    if (ledger == null) return;
    try {
      ledger.note(
          new KeptStream(
              socket.cookie(),
              stream,
              now.read() - queue,
              now.written() - written,
              end,
              task,
              peer));
    } catch (IOException full) {
      log.warn("a connection would not outlive this daemon: {}", "" + full.getMessage());
    }
  }

  /** It is over: before ours is closed. */
  synchronized void letGo(RawSocket socket) {
    if (ledger == null || over) return;
    long cookie = socket.cookie();
    forget(cookie);
    homeless.remove(cookie);
    toGiveUp.addAll(held.getOrDefault(cookie, List.of()));
    held.remove(cookie);
    giveUp();
  }

  /** One that is stopped does not hear all at once: it is told the rest later. */
  private void giveUp() {
    Deputy by = deputy;
    while (by != null && !toGiveUp.isEmpty() && by.giveUp(toGiveUp.peek())) toGiveUp.remove();
  }

  /** The task has not left, and has them itself: nobody else is to keep them open. */
  public synchronized void giveBack() {
    if (deputy == null) return;
    held.values().forEach(toGiveUp::addAll);
    held.clear();
    homeless.clear();
    giveUp();
  }

  void forget(long cookie) {
    try {
      if (ledger != null) ledger.forget(cookie);
    } catch (IOException full) {
      log.warn("a connection that is over is still noted: {}", "" + full.getMessage());
    }
  }

  /** These are about to be closed, and are to be made again where no task has them. */
  void close(ClosedConnections connections) throws IOException {
    if (ledger == null) return;
    Path draft = closed.resolveSibling(closed.getFileName() + ".tmp");
    try (OutputStream to = Files.newOutputStream(draft)) {
      connections.writeTo(to);
    }
    Files.move(draft, closed, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What an earlier daemon was about to close. */
  ClosedConnections closed() throws IOException {
    if (!Files.exists(closed)) return ClosedConnections.getDefaultInstance();
    try (InputStream from = Files.newInputStream(closed)) {
      return ClosedConnections.parseFrom(from);
    }
  }

  /** All of those are there again. */
  public void madeAgain() throws IOException {
    Files.deleteIfExists(closed);
  }

  /** The task is not away any more: nothing is to be found. */
  public synchronized void end() throws IOException {
    over = true;
    pipes.end();
    if (ledger == null) return;
    ledger.close();
    Files.deleteIfExists(file);
    Files.deleteIfExists(closed);
  }
}
