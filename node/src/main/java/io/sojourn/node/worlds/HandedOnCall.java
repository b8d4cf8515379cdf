package io.sojourn.node.worlds;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sojourn.node.problem.Problems;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of another node that passes through this process: one message there, and what is answered
 * back, no faster than the other node takes it. The next host is asked where one does not know what
 * it is about; where one does not answer at all nobody can say so.
 */
final class HandedOnCall extends ServerCall.Listener<byte[]> {
  /** Who may know. */
  @FunctionalInterface
  interface Ways {
    List<Channel> of(MethodDescriptor<?, ?> method, Metadata headers, byte[] request);
  }

  private final ServerCall<byte[], byte[]> from;
  private final Metadata headers;
  private final Ways ways;
  private byte @Nullable [] request;
  private @Nullable Iterator<Channel> hosts;
  private @Nullable ClientCall<byte[], byte[]> to;
  private boolean answered;
  private boolean full;
  private boolean over;

  private HandedOnCall(ServerCall<byte[], byte[]> from, Metadata headers, Ways ways) {
    this.from = from;
    this.headers = headers;
    this.ways = ways;
  }

  /**
   * @param headers that go with it
   */
  static HandedOnCall begin(ServerCall<byte[], byte[]> from, Metadata headers, Ways ways) {
    // One more than there is: so the end is heard.
    from.request(2);
    return new HandedOnCall(from, headers, ways);
  }

  @Override
  public synchronized void onMessage(byte[] message) {
    request = message;
  }

  @Override
  public synchronized void onHalfClose() {
    byte[] asked = request;
    try {
      if (asked == null)
        throw Status.INVALID_ARGUMENT
            .withDescription("a call without a request")
            .asRuntimeException();
      Iterator<Channel> found = ways.of(from.getMethodDescriptor(), headers, asked).iterator();
      hosts = found;
      askNext(found, asked);
    } catch (RuntimeException refused) {
      StatusRuntimeException status = Problems.statusOf(refused);
      Metadata trailers = status.getTrailers();
      close(status.getStatus(), trailers == null ? new Metadata() : trailers);
    }
  }

  private void askNext(Iterator<Channel> found, byte[] asked) {
    if (over) return;
    ClientCall<byte[], byte[]> call =
        found.next().newCall(from.getMethodDescriptor(), CallOptions.DEFAULT);
    to = call;
    Metadata sent = new Metadata();
    sent.merge(headers);
    call.start(new Answers(), sent);
    call.sendMessage(asked);
    call.halfClose();
    call.request(1);
  }

  @Override
  public synchronized void onReady() {
    if (!full || to == null) return;
    full = false;
    to.request(1);
  }

  @Override
  public synchronized void onCancel() {
    over = true;
    if (to != null) to.cancel("the other node hung up", null);
  }

  private void close(Status status, Metadata trailers) {
    if (over) return;
    over = true;
    from.close(status, trailers);
  }

  private final class Answers extends ClientCall.Listener<byte[]> {
    @Override
    public void onHeaders(Metadata fromHost) {
      synchronized (HandedOnCall.this) {
        if (over) return;
        answered = true;
        from.sendHeaders(new Metadata());
      }
    }

    @Override
    public void onMessage(byte[] message) {
      synchronized (HandedOnCall.this) {
        if (over) return;
        from.sendMessage(message);
        full = !from.isReady();
        if (!full && to != null) to.request(1);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      synchronized (HandedOnCall.this) {
        boolean unknown = !answered && status.getCode() == Status.Code.NOT_FOUND;
        if (unknown && hosts != null && hosts.hasNext() && request != null) askNext(hosts, request);
        else close(status, trailers);
      }
    }
  }
}
