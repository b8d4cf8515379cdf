package io.sojourn.restore.net;

import com.google.protobuf.ByteString;
import io.sojourn.engine.linux.Errno;
import io.sojourn.engine.linux.RawSocket;
import io.sojourn.engine.stream.ByteStream;
import io.sojourn.engine.stream.SocketRelay;
import io.sojourn.engine.stream.StreamEnd;
import java.util.concurrent.TimeUnit;

/** A connect of the task: held, let in, accepted. */
final class HeldConnect implements StreamEnd {
  /** A task that has given up its connect does not answer the relay's accept. */
  private static final long ABANDONED_AFTER_MILLIS = 5_000;

  private final TaskConnects connects;
  private final SynPacket syn;
  private final SocketRelay relay = new SocketRelay();
  private boolean connectedAtHome;
  private boolean accepted;

  HeldConnect(TaskConnects connects, SynPacket syn) {
    this.connects = connects;
    this.syn = syn;
  }

  SynPacket syn() {
    return syn;
  }

  SocketRelay relay() {
    return relay;
  }

  private void of(ByteStream stream) {
    relay.of(stream);
  }

  static HeldConnect open(TaskConnects connects, SynPacket syn, ByteString opening) {
    HeldConnect held = new HeldConnect(connects, syn);
    held.of(connects.session().open(opening, held));
    return held;
  }

  /** The task has asked again. */
  void again() {
    if (connectedAtHome) connects.holder().letIn(syn);
  }

  @Override
  public void answered(ByteString answer) {
    connectedAtHome = true;
    connects.holder().letIn(syn);
    ByteStream stream = relay.stream();
    stream
        .loop()
        .schedule(
            () -> {
              if (accepted || stream.isOver()) return;
              connects.forget(this);
              stream.reset(Errno.ECONNRESET);
            },
            ABANDONED_AFTER_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  void accepted(RawSocket socket) {
    accepted = true;
    relay.connected(socket);
  }

  @Override
  public void reset(int error) {
    if (accepted) {
      relay.reset(error);
      return;
    }
    connects.forget(this);
    connects.holder().refuse(syn, error);
  }

  @Override
  public void otherLost() {
    relay.stream().reset(Errno.EHOSTUNREACH);
    reset(Errno.EHOSTUNREACH);
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
  public void writable() {
    relay.writable();
  }

  @Override
  public void over() {
    relay.over();
  }

  @Override
  public void freeze() {
    relay.freeze();
  }

  @Override
  public void thaw() {
    relay.thaw();
  }
}
