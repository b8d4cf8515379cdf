package io.sojourn.restore.world;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.netty.channel.EventLoop;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.GuestStreams;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamEnd;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.protocol.connection.Pipe;
import io.sojourn.protocol.image.Stream;
import io.sojourn.restore.fuse.HomeTask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The pipes of a task that is away, whose other ends are at home. They have a session of their own:
 * it outlives the task's last dump, until home has what the task has written.
 */
final class GuestPipes implements AutoCloseable {
  private static final int FIRST_DESCRIPTOR = 200;

  /** What is added to a task's id to name the session of its pipes. */
  private static final String SESSION = ".pipes";

  private record Carried(
      Stream stream, RawSocket ours, RawSocket tasks, CompletableFuture<Void> over) {}

  private final List<Carried> pipes = new ArrayList<>();
  private final StreamSession session;
  private final GuestStreams call;
  private boolean started;

  GuestPipes(HomeTask task, List<Stream> streams, Channel home, EventLoop loop) {
    for (Stream stream : streams) {
      RawSocket[] ends = RawSocket.pipe();
      boolean taskWrites = stream.getWritable();
      pipes.add(
          new Carried(
              stream,
              ends[taskWrites ? 0 : 1],
              ends[taskWrites ? 1 : 0],
              new CompletableFuture<>()));
    }
    session =
        new StreamSession(
            task.id() + SESSION,
            StreamSession.Side.GUEST,
            loop,
            (stream, opening) -> new SocketRelay().of(stream));
    call = new GuestStreams(session, task.incarnation(), home, refused -> {});
  }

  /** What a restore is to be given in place of each. */
  List<Revival.Given> given() {
    List<Revival.Given> given = new ArrayList<>();
    int number = FIRST_DESCRIPTOR;
    for (Carried one : pipes)
      given.add(new Revival.Given(number++, one.tasks().path(), one.stream().getKey()));
    return given;
  }

  /** The task runs, and has its ends. */
  void start() {
    if (pipes.isEmpty()) return;
    started = true;
    session.loop().execute(() -> pipes.forEach(this::open));
    call.start();
  }

  private void open(Carried one) {
    Opening opening =
        Opening.newBuilder()
            .setPipe(Pipe.newBuilder().setNumber(one.stream().getDescriptors(0)))
            .build();
    SocketRelay relay = new SocketRelay();
    ByteStream stream = session.open(opening.toByteString(), new Watched(relay, one.over()));
    relay.of(stream).connected(one.ours());
    if (one.stream().getWritable()) one.tasks().close();
    else stream.finish();
  }

  /** The task has ended: waits until home has handed on what it wrote. False where it does not. */
  boolean drained(Duration patience) throws IOException {
    if (!started) return true;
    CompletableFuture<?>[] outputs =
        pipes.stream()
            .filter(one -> one.stream().getWritable())
            .map(Carried::over)
            .toArray(CompletableFuture<?>[]::new);
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

  /** What came for the task and was not read by it, by descriptor. It has ended. */
  Map<Integer, ByteString> unread() throws IOException {
    Map<Integer, ByteString> unread = new HashMap<>();
    try {
      // Nothing more is handed on.
      session.loop().submit(session::freeze).get();
    } catch (ExecutionException failed) {
      throw new IOException(failed.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    for (Carried one : pipes)
      if (!one.stream().getWritable())
        unread.put(one.stream().getDescriptors(0), ByteString.copyFrom(one.tasks().available()));
    return unread;
  }

  @Override
  public void close() {
    session.loop().execute(call::stop);
    for (Carried one : pipes) {
      if (!started || !one.stream().getWritable()) one.tasks().close();
      // Else the relay has closed it.
      if (!started || !one.over().isDone()) one.ours().close();
    }
  }

  /** Says when both directions have ended. */
  private record Watched(SocketRelay relay, CompletableFuture<Void> end) implements StreamEnd {
    @Override
    public void answered(ByteString answer) {
      relay.answered(answer);
    }

    @Override
    public void data(ByteString bytes) {
      relay.data(bytes);
    }

    @Override
    public void ended() {
      relay.ended();
    }

    @Override
    public void reset(int error) {
      relay.reset(error);
      end.complete(null);
    }

    @Override
    public void writable() {
      relay.writable();
    }

    @Override
    public void over() {
      relay.over();
      end.complete(null);
    }

    @Override
    public void freeze() {
      relay.freeze();
    }
  }
}
