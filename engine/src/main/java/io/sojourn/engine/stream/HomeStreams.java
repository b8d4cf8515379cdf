package io.sojourn.engine.stream;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.protocol.stream.Attach;
import io.sojourn.protocol.stream.StreamFrame;
import io.sojourn.protocol.stream.StreamsGrpc;
import org.jspecify.annotations.Nullable;

/** Home's side of the calls: hands each to the session of its task. */
public final class HomeStreams extends StreamsGrpc.StreamsImplBase {
  private final StreamSessions sessions;

  public HomeStreams(StreamSessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public StreamObserver<StreamFrame> carry(StreamObserver<StreamFrame> responses) {
    Call call = new Call((ServerCallStreamObserver<StreamFrame>) responses);
    return call;
  }

  private final class Call implements StreamObserver<StreamFrame> {
    private static final int READY_BYTES = 512 << 10;

    private final ServerCallStreamObserver<StreamFrame> call;
    private final Wire wire;
    private volatile @Nullable StreamSession session;

    Call(ServerCallStreamObserver<StreamFrame> call) {
      this.call = call;
      this.wire = new CallWire(call, this::end);
      call.setOnReadyThreshold(READY_BYTES);
      call.setOnReadyHandler(() -> onLoop(one -> one.pump()));
      call.setOnCancelHandler(() -> onLoop(one -> one.detached(wire)));
    }

    @Override
    public void onNext(StreamFrame frame) {
      if (session != null) onLoop(one -> one.receive(wire, frame));
      else if (frame.hasAttach()) attach(frame.getAttach());
      else end("the first message must say which task it is about");
    }

    private void attach(Attach attach) {
      StreamSession admitted;
      try {
        admitted = sessions.admit(attach.getTask(), attach.getIncarnation());
      } catch (StatusRuntimeException refused) {
        call.onError(refused);
        return;
      }
      session = admitted;
      onLoop(
          one -> {
            one.meets(attach);
            StreamFrame answer = StreamFrame.newBuilder().setAttach(one.position()).build();
            wire.send(answer);
            one.attachChecked(wire, attach);
          });
    }

    private void onLoop(java.util.function.Consumer<StreamSession> step) {
      StreamSession one = session;
      if (one == null) return;
      if (one.loop().inEventLoop()) step.accept(one);
      else if (!one.loop().isShuttingDown()) one.loop().execute(() -> step.accept(one));
    }

    private void end(String why) {
      try {
        call.onError(Status.ABORTED.withDescription(why).asRuntimeException());
      } catch (IllegalStateException ended) {
        // Nobody is there to be told.
      }
    }

    @Override
    public void onError(Throwable broken) {
      onLoop(one -> one.detached(wire));
    }

    @Override
    public void onCompleted() {
      onLoop(one -> one.detached(wire));
      call.onCompleted();
    }
  }
}
