package io.sojourn.engine.stream;

import io.grpc.stub.CallStreamObserver;
import io.sojourn.protocol.stream.StreamFrame;
import java.util.function.Consumer;

/** A gRPC call that carries a session. */
final class CallWire implements Wire {
  private final CallStreamObserver<StreamFrame> call;
  private final Consumer<String> closing;

  CallWire(CallStreamObserver<StreamFrame> call, Consumer<String> closing) {
    this.call = call;
    this.closing = closing;
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public void send(StreamFrame frame) {
    try {
      call.onNext(frame);
    } catch (IllegalStateException | io.grpc.StatusRuntimeException ended) {
      // The call's end is on its way here as an event; what was sent is kept, and goes out again.
    }
  }

  @Override
  public void close(String why) {
    closing.accept(why);
  }
}
