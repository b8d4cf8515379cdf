package io.sojourn.home.net;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawPipe;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.Reservoir;
import io.sojourn.engine.linux.TerminalModes;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamAcceptor;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.home.net.PipeLedger.Kind;
import io.sojourn.home.net.PipeLedger.Place;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.protocol.connection.Pipe;
import io.sojourn.protocol.stream.SessionState;
import io.sojourn.protocol.stream.StreamState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The pipes, FIFOs, terminals and unix connections of a task that is away, whose other ends are
 * outside of it: a shell's terminal, `| tee log`, a database's socket. The deputy holds them; here
 * they are opened anew, so that nobody else's become non-blocking.
 */
public final class HomePipes implements StreamAcceptor {
  private static final int FORMAT = 0170000, CHARACTER = 0020000;

  /** Major numbers of devices: admin-guide/devices.txt of the kernel. */
  private static final int TTY = 4, FIRST_PTS = 136, LAST_PTS = 143;

  private final int deputy;
  private final KeptPipes kept;

  /** Those from which the task reads, by stream. */
  private final Map<Long, Descriptor> read = new HashMap<>();

  private final Map<Integer, HomeTerminal> terminals = new HashMap<>();
  private final List<SocketRelay> relays = new ArrayList<>();
  private final Map<SocketRelay, KeptPipes.Pipe> passes = new IdentityHashMap<>();
  private final List<Reservoir> unkept = new ArrayList<>();
  private boolean left;

  /**
   * @param deputy its pid
   * @param kept what outlives this daemon
   */
  public HomePipes(int deputy, KeptPipes kept) {
    this.deputy = deputy;
    this.kept = kept;
  }

  /** See {@link KeptPipes#made}. */
  public void made(String name, int number) {
    kept.made(name, number);
  }

  /** One that was made is not for the task after all: the other side hears an end. */
  public void refused(String name) {
    kept.refused(name);
  }

  /** Goes on where an earlier daemon has left off. On the loop, before the session's first call. */
  public void goOn(StreamSession session) {
    // Which terminals there are must be known before they are read from.
    for (Place place : kept.all()) if (place.kind() == Kind.CONTROL) goOn(session, place);
    for (Place place : kept.all()) if (place.kind() != Kind.CONTROL) goOn(session, place);
  }

  private void goOn(StreamSession session, Place place) {
    Descriptor held = find(place.number());
    KeptPipes.Pipe pipe = kept.found(place);
    Reservoir through = pipe.through();
    if (held == null || (through == null && place.kind() != Kind.CONTROL)) {
      kept.letGo(pipe);
      return;
    }
    boolean toTask = place.kind() == Kind.TO_TASK;
    // What has come through there was taken out of a socket's queue; of a pipe it is what follows.
    boolean behind = toTask && held.isSocket();
    long first = through == null ? 0 : behind ? through.behind() : through.first();
    StreamState.Builder state =
        StreamState.newBuilder()
            .setStream(place.stream())
            .setReceivedOpening(ByteString.EMPTY)
            .setFinished(place.kind() == Kind.FROM_TASK);
    if (toTask) state.setAcknowledged(first);
    else state.setConsumed(first);
    session.found(state.build(), false, (stream, from) -> goesOn(stream, held, pipe, first));
  }

  private StreamEnd goesOn(ByteStream stream, Descriptor held, KeptPipes.Pipe pipe, long first) {
    Place place = Objects.requireNonNull(pipe.place());
    if (place.kind() == Kind.CONTROL)
      return control(held, HomeTerminal.found(deputy, held, stream, place));
    boolean toTask = place.kind() == Kind.TO_TASK;
    SocketRelay relay = new SocketRelay().of(stream);
    if (toTask) relay.from(first);
    else relay.writeOnly();
    try {
      open(relay, held, toTask, pipe);
    } catch (RawSocket.SocketException nobodyThere) {
      kept.letGo(pipe);
      stream.reset(nobodyThere.error());
    }
    return relay;
  }

  @Override
  public StreamEnd accept(ByteStream stream, ByteString opening) {
    SocketRelay relay = new SocketRelay().of(stream);
    try {
      Pipe order = Opening.parseFrom(opening).getPipe();
      Descriptor pipe =
          order.getSocket().isEmpty()
              ? find(order.getNumber())
              // What a task has made beside its deputy, that has under another number.
              : Descriptor.named(deputy, order.getSocket()).orElse(null);
      if (pipe == null) stream.reset(Errno.EINVAL);
      else if (order.getControl())
        return control(pipe, HomeTerminal.of(deputy, pipe, stream, kept));
      else open(stream, relay, pipe, order.getToTask());
    } catch (InvalidProtocolBufferException malformed) {
      stream.reset(Errno.EINVAL);
    } catch (RawSocket.SocketException nobodyThere) {
      stream.reset(nobodyThere.error());
    }
    return relay;
  }

  private StreamEnd control(Descriptor held, HomeTerminal made) {
    terminals.put(held.number(), made);
    return made;
  }

  /** The job is about to stop: its shell has the terminals again. On the session's loop. */
  public HomePipes background() {
    terminals.values().forEach(HomeTerminal::background);
    return this;
  }

  private @Nullable Descriptor find(int number) {
    for (Descriptor held : Descriptor.of(deputy))
      if (held.number() == number
          && (held.isPipe() || held.isFifo() || held.isSocket() || terminal(held))) return held;
    return null;
  }

  /** By what it is: where it was made in another mount namespace, its path says nothing here. */
  private static boolean terminal(Descriptor held) {
    if (!held.target().startsWith("/")) return false;
    try {
      int device = (int) Files.getAttribute(held.reopen(), "unix:mode") & FORMAT;
      long number = (long) Files.getAttribute(held.reopen(), "unix:rdev");
      long major = number >> 8 & 0xfff;
      return device == CHARACTER && (major == TTY || major >= FIRST_PTS && major <= LAST_PTS);
    } catch (IOException gone) {
      return false;
    }
  }

  private void open(ByteStream stream, SocketRelay relay, Descriptor pipe, boolean toTask) {
    if (!toTask) {
      relay.writeOnly();
      stream.finish();
    }
    Kind kind = toTask ? Kind.TO_TASK : Kind.FROM_TASK;
    CompletableFuture<KeptPipes.Pipe> safe = kept.keep(stream.number(), kind, pipe.number());
    if (safe.isDone()) open(relay, pipe, toTask, safe.join());
    else safe.thenAccept(it -> stream.loop().execute(() -> openLater(relay, pipe, toTask, it)));
  }

  private void openLater(
      SocketRelay relay, Descriptor pipe, boolean toTask, KeptPipes.Pipe passing) {
    try {
      if (relay.stream().isOver() || left) {
        kept.letGo(passing);
        if (!left) kept.over(pipe.target());
      } else open(relay, pipe, toTask, passing);
    } catch (RawSocket.SocketException nobodyThere) {
      kept.letGo(passing);
      relay.stream().reset(nobodyThere.error());
    }
  }

  /** A FIFO's end that was opened for the task while it is away: it says when it is not needed. */
  private static boolean made(Descriptor pipe) {
    return pipe.isFifo() && !pipe.blocks();
  }

  private static RawSocket opened(Descriptor pipe, boolean toTask) {
    // One that is opened anew does not know that somebody has written to it before.
    return made(pipe) ? RawPipe.duplicateOf(pipe) : RawPipe.end(pipe.reopen(), !toTask);
  }

  private void open(SocketRelay relay, Descriptor pipe, boolean toTask, KeptPipes.Pipe passing) {
    RawSocket socket = pipe.isSocket() ? RawSocket.duplicateOf(pipe) : opened(pipe, toTask);
    if (pipe.isSocket()) relay.shuts(toTask ? RawSocket.SHUT_RD : RawSocket.SHUT_WR);
    Reservoir through = passing.through();
    // What nobody keeps is counted all the same: it stays in the socket until the task has it.
    if (through == null && toTask && pipe.isSocket()) {
      through = Reservoir.create();
      unkept.add(through);
    }
    if (through != null) {
      relay.keeps(
          closed -> {
            kept.letGo(passing);
            kept.over(pipe.target());
            // The writer's end is no close: the task still has a pipe that it will read the end of.
            if (toTask ? relay.resetThere() && !made(pipe) : relay.endedThere()) kept.closed(pipe);
          });
      if (toTask) relay.keeps(pipe.isSocket() ? through.queueOf(socket) : through.from(socket));
      else relay.through(through.to(socket));
      passes.put(relay, passing);
    }
    if (toTask) {
      relay.readOnly();
      read.put(relay.stream().number(), pipe);
      HomeTerminal typedAt = terminals.get(pipe.number());
      if (typedAt != null) typedAt.types(relay);
    }
    relay.connected(socket);
    relays.add(relay);
  }

  /** Of a frozen session: what is open here is closed, and the deputy's stays. On the loop. */
  public void leave() {
    for (SocketRelay relay : relays) {
      RawSocket pipe = relay.socket();
      if (pipe != null) pipe.close();
    }
    relays.clear();
    unkept.forEach(Reservoir::close);
    unkept.clear();
    left = true;
    // What was in them is put back, or is on its way with the streams' state.
    passes.forEach(
        (relay, passing) -> {
          if (!relay.stream().isOver()) kept.letGo(passing);
        });
    passes.clear();
    terminals.values().forEach(HomeTerminal::close);
    terminals.clear();
  }

  /**
   * As {@link #putBack}, where nobody knows what the guest node has handed on, and nobody may read
   * for a long time: what there is no room for is lost.
   */
  public void putBackWhatFits(SessionState state) throws IOException {
    for (StreamState stream : state.getStreamsList()) {
      Descriptor pipe = read.get(stream.getStream());
      if (pipe == null || pipe.isSocket() || stream.getKept().isEmpty()) continue;
      try (RawSocket at = RawPipe.end(pipe.reopen(), true)) {
        if (terminal(pipe)) TerminalModes.type(at, stream.getKept().toByteArray());
        else {
          ByteArrayOutputStream all = new ByteArrayOutputStream();
          all.writeBytes(stream.getKept().toByteArray());
          drain(pipe, all);
          at.write(all.toByteArray());
        }
      } catch (RawSocket.SocketException nobodyThere) {
        // Whoever wrote it has ended, and so has the pipe.
      }
    }
  }

  /**
   * Puts back what was read from the pipes and not by the task: before all else that is in them.
   *
   * @param state the session's, frozen: what the guest node has not handed on
   * @param unread what it has handed on to the task's pipe, by descriptor
   * @param taken up to where the task has read what comes by a unix connection, by its name at
   *     home: the rest is in the socket still
   */
  public void putBack(SessionState state, Map<Integer, ByteString> unread, Map<String, Long> taken)
      throws IOException {
    for (SocketRelay relay : relays) {
      Descriptor socket = read.get(relay.stream().number());
      Long offset = socket == null ? null : taken.get(socket.target());
      if (offset != null) relay.took(offset);
    }
    Map<Integer, ByteString> first = new HashMap<>(unread);
    for (StreamState stream : state.getStreamsList()) {
      Descriptor pipe = read.get(stream.getStream());
      if (pipe != null) first.merge(pipe.number(), stream.getKept(), ByteString::concat);
    }
    // Also into those whose writers have ended: their streams are over.
    for (Map.Entry<Integer, ByteString> one : first.entrySet()) {
      Descriptor pipe = find(one.getKey());
      if (pipe != null && !pipe.isSocket() && !one.getValue().isEmpty())
        putBack(pipe, one.getValue().toByteArray());
    }
  }

  private static void putBack(Descriptor pipe, byte[] first) throws IOException {
    if (terminal(pipe)) {
      try (RawSocket at = RawPipe.end(pipe.reopen(), true)) {
        TerminalModes.type(at, first);
      }
      return;
    }
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    drain(pipe, rest);
    try (OutputStream to = Files.newOutputStream(pipe.reopen(), StandardOpenOption.WRITE)) {
      to.write(first);
      to.write(rest.toByteArray());
    }
  }

  private static void drain(Descriptor pipe, OutputStream to) throws IOException {
    try (RawSocket from = RawPipe.end(pipe.reopen(), false)) {
      to.write(from.available());
    }
  }
}
