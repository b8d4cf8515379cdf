package io.sojourn.restore.world;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamEnd;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Says when both directions have ended, and hands nothing on while it is held. */
final class Watched implements StreamEnd {
  final SocketRelay relay = new SocketRelay();
  final CompletableFuture<Void> over = new CompletableFuture<>();
  boolean held;
  private Runnable settling = () -> {};

  /** Of a unix connection, the task's end. */
  @Nullable String socket;

  @Override
  public void answered(ByteString answer) {
    relay.answered(answer);
  }

  @Override
  public void data(ByteString bytes) {
    // What was not handed on stays at home's side.
    if (!held) relay.data(bytes);
  }

  @Override
  public void ended() {
    relay.ended();
  }

  @Override
  public void reset(int error) {
    relay.reset(error);
    over.complete(null);
    settling.run();
  }

  @Override
  public void writable() {
    relay.writable();
  }

  @Override
  public void over() {
    relay.over();
    over.complete(null);
  }

  @Override
  public void freeze() {
    relay.freeze();
  }

  @Override
  public void thaw() {
    relay.thaw();
  }

  /** Completes when all that the task has written to this is at home. */
  CompletableFuture<Void> settled(RawSocket pipe) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    ByteStream stream = relay.stream();
    stream
        .loop()
        .execute(
            () -> {
              settling = () -> look(stream, pipe, done);
              settling.run();
            });
    return done;
  }

  private static void look(ByteStream stream, RawSocket pipe, CompletableFuture<Void> done) {
    if (stream.isOver() || pipe.unread() == 0 && stream.allAcknowledged()) done.complete(null);
  }

  @Override
  public void acknowledged() {
    settling.run();
  }
}
