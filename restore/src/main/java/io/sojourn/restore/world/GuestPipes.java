package io.sojourn.restore.world;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.netty.channel.EventLoop;
import io.sojourn.engine.criu.StreamKeys;
import io.sojourn.engine.criu.StreamKind;
import io.sojourn.engine.criu.UnixStates;
import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.RawPipe;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.RawTerminal;
import io.sojourn.engine.linux.TerminalModes;
import io.sojourn.engine.linux.UnixPeers;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.GuestStreams;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.protocol.connection.Pipe;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Stream;
import io.sojourn.restore.Given;
import io.sojourn.restore.fuse.HomeTask;
import io.sojourn.restore.fuse.SocketCallers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pipes, FIFOs, terminals and unix connections of a task that is away, whose other ends are at
 * home. They have a session of their own: it outlives the task's dump, until home has what the task
 * has written.
 */
final class GuestPipes implements AutoCloseable {
  /** What is added to a task's id to name the session of its pipes. */
  private static final String SESSION = ".pipes";

  /**
   * One way of one of them.
   *
   * @param ours where bytes of the task's are read, or bytes for it written
   * @param tasks the task's end, for as long as we need it as well
   */
  private record Carried(
      Stream stream, boolean toTask, RawSocket ours, RawSocket tasks, Watched watched) {
    boolean terminal() {
      return StreamKind.isTerminal(stream);
    }

    boolean socket() {
      return StreamKind.isUnix(stream);
    }

    /** While it runs: a terminal's modes are asked there. */
    boolean keepsTasksEnd() {
      return toTask && terminal();
    }

    /** As its own process knows it. */
    int number() {
      return stream.getDescriptors(0);
    }
  }

  private final List<Carried> pipes = new CopyOnWriteArrayList<>();

  /** Those of them that the task has opened by a name while it was away. */
  private final List<Carried> opened = new CopyOnWriteArrayList<>();

  /** Pipes from which the task reads, each as nobody who reads or writes. */
  private final Map<Carried, RawSocket> toTask =
      Collections.synchronizedMap(new IdentityHashMap<>());

  private final Map<Integer, GuestTerminal> terminals = new LinkedHashMap<>();
  private final StreamSession session;
  private final HomeTask task;
  private final Channel home;
  private final Map<Integer, ByteString> unread = new HashMap<>();
  private final List<TakenConnection> taken = new ArrayList<>();
  private final UnixPeers peers = UnixPeers.here();
  private final CallersFromHome callers;
  private final MadeConnections made = new MadeConnections(peers);
  private GuestStreams call;
  private Runnable resized = () -> {};
  private boolean started;
  private boolean held;
  private boolean apart;

  /** The session stands still. On the loop. */
  private boolean leaving;

  /**
   * In the network namespace of the task.
   *
   * @param manifest of the task's image
   * @param states of its unix connections
   * @param callers of its sockets
   */
  GuestPipes(
      HomeTask task,
      Manifest manifest,
      UnixStates states,
      Channel home,
      EventLoop loop,
      CallersFromHome callers) {
    this.callers = callers;
    this.task = task;
    this.home = home;
    for (Stream stream : manifest.getStreamsList())
      if (StreamKind.isTerminal(stream)) terminal(stream, manifest.getTask().getUid());
      else if (StreamKind.isUnix(stream)) socket(stream, states.of(stream.getKey()));
      else pipe(stream);
    session =
        new StreamSession(
            task.id() + SESSION,
            StreamSession.Side.GUEST,
            loop,
            (stream, opening) -> callers.accept(stream, opening, this::made));
    call = carry();
  }

  private GuestStreams carry() {
    return new GuestStreams(session, task.incarnation(), home, refused -> {});
  }

  private void pipe(Stream stream) {
    RawSocket[] ends = RawPipe.ends();
    RawSocket read = ends[0], written = ends[1];
    if (stream.getWritable()) {
      pipes.add(new Carried(stream, false, read, written, new Watched()));
      return;
    }
    Carried carried = new Carried(stream, true, written, read, new Watched());
    pipes.add(carried);
    toTask.put(carried, RawPipe.look(read.path()));
  }

  private void terminal(Stream stream, int user) {
    RawSocket ours = RawTerminal.made(), tasks = RawTerminal.programsEnd(ours);
    GuestTerminal.give(tasks, user);
    pipes.add(new Carried(stream, false, ours, tasks, new Watched()));
    pipes.add(new Carried(stream, true, ours.duplicate(), tasks.duplicate(), new Watched()));
    terminals.put(
        stream.getDescriptors(0), new GuestTerminal(ours.duplicate(), () -> resized.run()));
  }

  private void socket(Stream stream, UnixStates.State state) {
    RawSocket[] ends = RawSocket.unixPair();
    RawSocket ours = ends[0], tasks = ends[1], written = ours.duplicate();
    tasks.blocks(state.blocks());
    if (state.outputEnded()) tasks.shutdownOutput();
    Descriptor known = Descriptor.ofOurs(tasks.descriptor());
    ConnectionRelays relays = ConnectionRelays.of(written, known.inode(), peers);
    relays.input().socket = known.target();
    pipes.add(new Carried(stream, false, ours, tasks, relays.output()));
    pipes.add(new Carried(stream, true, written, tasks.duplicate(), relays.input()));
  }

  /** What a restore is to be given in place of each. */
  List<Given> given() {
    Map<String, Given> given = new LinkedHashMap<>();
    for (Carried one : pipes)
      for (String key : StreamKeys.of(one.stream())) {
        int number = Given.FIRST_NUMBER + given.size();
        given.putIfAbsent(key, given(one, number, key));
      }
    return List.copyOf(given.values());
  }

  private static Given given(Carried one, int number, String key) {
    Path path = one.tasks().path();
    return StreamKind.isFifo(one.stream())
        ? Given.oneWay(number, path, key, one.stream().getFlags())
        : Given.bothWays(number, path.toString(), key);
  }

  /** What the task's /dev/tty is to open; empty where that opened nothing at home. */
  Optional<Path> controlling() {
    return pipes.stream()
        .filter(one -> one.stream().getControlling())
        .map(one -> one.tasks().path())
        .findFirst();
  }

  /**
   * The task runs, and has its ends.
   *
   * @param resized is called when a terminal has got another size
   */
  void start(Runnable resized) {
    started = true;
    this.resized = resized;
    session
        .loop()
        .execute(
            () -> {
              // Home has to know which descriptors are terminals before it reads from them.
              terminals.forEach((number, one) -> one.open(session, number));
              pipes.forEach(this::open);
            });
    call.start();
  }

  /** Who carries what the task says to sockets of others at home. */
  SocketCallers callers() {
    return new SocketCallers() {
      @Override
      public EventLoop loop() {
        return session.loop();
      }

      @Override
      public void connected(RawSocket ours, String atHome) {
        made(ours, atHome);
      }

      @Override
      public boolean opened(
          RawSocket ours, RawSocket file, int atHome, boolean toTask, Runnable over) {
        Carried one = carry(ours, file, atHome, toTask);
        if (one != null) one.watched().over.thenRun(over);
        return one != null;
      }

      @Override
      public void closed(int atHome) {
        for (Carried one : opened) if (one.toTask() && one.number() == atHome) forget(one);
      }
    };
  }

  /** A FIFO that the task has opened: a pipe as any other from now on. On the loop. */
  private @Nullable Carried carry(RawSocket ours, RawSocket file, int atHome, boolean reads) {
    if (leaving || held) {
      ours.close();
      file.close();
      return null;
    }
    Stream stream =
        Stream.newBuilder()
            .setKind(StreamKind.PIPE)
            .addDescriptors(atHome)
            .setWritable(!reads)
            .build();
    Carried one = new Carried(stream, reads, ours, RawPipe.look(file.path()), new Watched());
    // Whoever opens and closes one over and over again does so for days. What came for the task may
    // not have been read by it.
    for (Carried known : opened)
      if (!known.toTask() && known.watched().over.isDone()) forget(known);
    opened.add(one);
    pipes.add(one);
    if (reads) toTask.put(one, file);
    else file.close();
    open(one);
    return one;
  }

  private void forget(Carried one) {
    opened.remove(one);
    pipes.remove(one);
    RawSocket look = toTask.remove(one);
    if (look != null) look.close();
  }

  private void made(RawSocket ours, String atHome) {
    made.carry(session, ours, atHome);
  }

  private void open(Carried one) {
    Pipe.Builder pipe = Pipe.newBuilder().setNumber(one.number()).setToTask(one.toTask());
    if (one.socket()) pipe.setSocket(one.stream().getKey());
    SocketRelay relay = one.watched().relay;
    ByteStream stream =
        session.open(Opening.newBuilder().setPipe(pipe).build().toByteString(), one.watched());
    relay.of(stream);
    if (one.toTask()) {
      relay.writeOnly();
      stream.finish();
    }
    // While we had the task's end, too, nobody would see it close.
    if (!one.keepsTasksEnd()) one.tasks().close();
    relay.connected(one.ours());
  }

  /** The task has ended: waits until home has handed on what it wrote. False where it does not. */
  boolean drained(Duration patience) throws IOException {
    if (!started || apart) return true;
    hold();
    CompletableFuture<?>[] outputs =
        all(
            pipes.stream().filter(one -> !one.toTask()).map(one -> one.watched().over),
            made.over(),
            terminals.values().stream().map(GuestTerminal::last));
    try {
      CompletableFuture.allOf(outputs).get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException nobodyReads) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IOException(impossible.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @SafeVarargs
  private static CompletableFuture<?>[] all(
      java.util.stream.Stream<? extends CompletableFuture<?>>... some) {
    return java.util.stream.Stream.of(some)
        .flatMap(Function.identity())
        .toArray(CompletableFuture<?>[]::new);
  }

  /** Nothing more is handed on to the task, which has ended. Once. */
  private void hold() throws IOException {
    if (held) return;
    held = true;
    onLoop(
        () -> {
          pipes.forEach(one -> one.watched().held = true);
          made.hold();
          return held;
        });
    // Otherwise what the task wrote has no end.
    for (Carried one : pipes) if (one.toTask() && one.terminal()) one.tasks().close();
  }

  private void onLoop(Callable<?> work) throws IOException {
    try {
      session.loop().submit(work).get();
    } catch (ExecutionException failed) {
      throw new IOException(failed.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * The task stands still: once home has all that it wrote, everything is taken apart. What came
   * for it and was not read by it, by descriptor.
   *
   * @throws IOException where home does not take what the task has written; nothing has changed
   */
  Map<Integer, ByteString> unread(Duration patience) throws IOException {
    if (!started) return Map.of();
    settled(patience);
    onLoop(
        () -> {
          for (Carried one : pipes) if (one.toTask() && one.socket()) take(one);
          made.take(taken);
          leaving = true;
          return session.freeze();
        });
    for (Carried one : pipes) if (one.toTask() && !one.socket()) takeUnread(one);
    apart = true;
    return unread;
  }

  private void take(Carried one) throws IOException {
    ByteStream stream = one.watched().relay.stream();
    if (!stream.isOver()) one.watched().relay.look();
    String there = Objects.requireNonNull(one.watched().socket);
    taken.add(new TakenConnection(there, one.stream().getKey(), stream.given()));
  }

  /** After {@link #unread}. */
  List<TakenConnection> taken() {
    return List.copyOf(taken);
  }

  private void takeUnread(Carried one) throws IOException {
    if (!one.terminal()) {
      Path pipe = Objects.requireNonNull(toTask.get(one)).path();
      try (RawSocket end = RawPipe.end(pipe, false)) {
        unread.put(one.number(), ByteString.copyFrom(end.available()));
      }
      return;
    }
    RawSocket tasks = one.tasks();
    TerminalModes modes = TerminalModes.of(tasks);
    // A line that has not ended yet can be read only where there are no lines.
    modes.raw().applyModesTo(tasks);
    unread.put(one.number(), ByteString.copyFrom(tasks.available()));
    modes.applyModesTo(tasks);
  }

  private void settled(Duration patience) throws IOException {
    CompletableFuture<?>[] all =
        all(
            pipes.stream()
                .filter(one -> !one.toTask())
                .map(one -> one.watched().settled(one.ours())),
            made.settled(),
            terminals.values().stream().map(GuestTerminal::settled));
    try {
      CompletableFuture.allOf(all).get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException nobodyReads) {
      throw new IOException(
          "nobody at home reads what the task has written to a pipe or terminal", nobodyReads);
    } catch (ExecutionException failed) {
      throw new IOException(failed.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The task is to run on here after all, and finds what it has not read. */
  void thaw() throws IOException {
    if (!apart) return;
    apart = false;
    onLoop(
        () -> {
          call.stop();
          for (Carried one : pipes) if (one.toTask() && !one.socket()) giveBack(one);
          session.thaw();
          leaving = false;
          return apart;
        });
    unread.clear();
    taken.clear();
    call = carry();
    call.start();
  }

  private void giveBack(Carried one) {
    byte[] bytes = unread.getOrDefault(one.number(), ByteString.EMPTY).toByteArray();
    if (bytes.length == 0) return;
    // It fits: it was there.
    if (!one.terminal()) {
      // Ours is closed where the writer has ended.
      try (RawSocket end = RawPipe.end(Objects.requireNonNull(toTask.get(one)).path(), true)) {
        end.write(bytes);
      }
      return;
    }
    TerminalModes modes = TerminalModes.of(one.tasks());
    // Not as if it were typed once more: it has been echoed.
    modes.raw().applyModesTo(one.tasks());
    one.ours().write(bytes);
    modes.applyModesTo(one.tasks());
  }

  @Override
  public void close() {
    session.loop().execute(call::stop);
    session.loop().execute(() -> terminals.values().forEach(GuestTerminal::close));
    session.loop().execute(peers::close);
    callers.close();
    made.close();
    toTask.values().forEach(RawSocket::close);
    for (Carried one : pipes) {
      boolean closed = started && (!one.keepsTasksEnd() || held);
      if (!closed) one.tasks().close();
      // Else the relay has closed it.
      if (!started || !one.watched().over.isDone()) one.ours().close();
    }
  }
}
