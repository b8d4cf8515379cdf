package io.sojourn.restore.world;

import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.linux.UnixPeers;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamSession;
import io.sojourn.protocol.connection.Opening;
import io.sojourn.protocol.connection.Pipe;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Unix connections that are made while the task is away, by it or to it. Home has their other ends.
 */
final class MadeConnections {
  private record One(String atHome, RawSocket ours, RawSocket written, ConnectionRelays relays) {
    boolean isOver() {
      return relays.output().over.isDone() && relays.input().over.isDone();
    }
  }

  private final UnixPeers peers;
  private final List<One> all = new CopyOnWriteArrayList<>();

  /**
   * @param peers of the task's network namespace
   */
  MadeConnections(UnixPeers peers) {
    this.peers = peers;
  }

  /**
   * On the session's loop.
   *
   * @param ours the end that is connected with the task's
   * @param atHome name of home's end
   */
  void carry(StreamSession session, RawSocket ours, String atHome) {
    RawSocket written = ours.duplicate();
    One made = new One(atHome, ours, written, ConnectionRelays.of(written, 0, peers));
    all.removeIf(One::isOver);
    all.add(made);
    open(session, atHome, false, ours, made.relays().output());
    open(session, atHome, true, written, made.relays().input());
  }

  private static void open(
      StreamSession session, String atHome, boolean toTask, RawSocket ours, Watched watched) {
    Pipe pipe = Pipe.newBuilder().setSocket(atHome).setToTask(toTask).build();
    ByteStream stream =
        session.open(Opening.newBuilder().setPipe(pipe).build().toByteString(), watched);
    SocketRelay relay = watched.relay.of(stream);
    if (toTask) {
      relay.writeOnly();
      stream.finish();
    }
    relay.connected(ours);
  }

  /** Nothing more is handed on to the task. On the loop. */
  void hold() {
    all.forEach(one -> one.relays().input().held = true);
  }

  /** Complete when all that the task has written is at home, and it has ended. */
  Stream<CompletableFuture<Void>> over() {
    return all.stream().map(one -> one.relays().output().over);
  }

  /** Complete when all that the task has written is at home. */
  Stream<CompletableFuture<Void>> settled() {
    return all.stream().map(one -> one.relays().output().settled(one.ours()));
  }

  /** How far the task, which stands still, has read. On the loop. */
  void take(List<TakenConnection> taken) throws IOException {
    for (One one : all) {
      SocketRelay input = one.relays().input().relay;
      if (!input.stream().isOver()) input.look();
      long tasks = one.relays().queue().tasks();
      // It has closed it, or has not accepted it.
      if (tasks == 0) continue;
      taken.add(
          new TakenConnection("socket:[" + tasks + "]", one.atHome(), input.stream().given()));
    }
  }

  void close() {
    for (One one : all) {
      if (!one.relays().output().over.isDone()) one.ours().close();
      if (!one.relays().input().over.isDone()) one.written().close();
    }
  }
}
