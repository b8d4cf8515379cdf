package io.sojourn.node.shipping;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.sojourn.protocol.peer.ImagesGrpc.ImagesStub;
import io.sojourn.protocol.peer.Piece;
import io.sojourn.protocol.peer.SendResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One stream of an attempt. It sends when the other side is ready, and not before. */
final class Lane implements ClientResponseObserver<Piece, SendResponse> {
  private @Nullable ClientCallStreamObserver<Piece> stream;
  private @Nullable Throwable failure;
  private boolean answered;

  /**
   * Sends what a cargo has for a lane, to its end.
   *
   * @param sent is told how much has been, of the members
   * @throws StatusRuntimeException the link broke, or the other node refuses
   */
  long run(
      ImagesStub node, String transfer, int attempt, Cargo cargo, int number, LongConsumer sent)
      throws IOException {
    node.send(this);
    long wire = 0;
    ByteBuffer buffer = ByteBuffer.allocateDirect(Packing.LARGEST);
    try {
      for (Cargo.Part part; (part = cargo.next(number, buffer)) != null; ) {
        Piece.Builder piece =
            Piece.newBuilder()
                .setTransfer(transfer)
                .setAttempt(attempt)
                .setMember(part.member())
                .setOffset(part.from());
        Packing.pack(part.content(), piece);
        awaitReady();
        // Serialized before this returns, because the stream is ready: the buffer is free then.
        Objects.requireNonNull(stream).onNext(piece.build());
        wire += piece.getContent().size();
        sent.accept(piece.getLength());
      }
    } catch (IOException | RuntimeException broken) {
      Objects.requireNonNull(stream).cancel("given up", broken);
      throw broken;
    }
    Objects.requireNonNull(stream).onCompleted();
    awaitAnswer();
    return wire;
  }

  private synchronized void awaitReady() {
    while (failure == null && !answered && !Objects.requireNonNull(stream).isReady()) pause();
    check();
  }

  private synchronized void awaitAnswer() {
    while (failure == null && !answered) pause();
    check();
  }

  private void pause() {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = io.grpc.Status.CANCELLED.withCause(e).asRuntimeException();
    }
  }

  private void check() {
    if (failure instanceof StatusRuntimeException known) throw known;
    if (failure != null) throw new IllegalStateException(failure);
  }

  @Override
  public synchronized void beforeStart(ClientCallStreamObserver<Piece> call) {
    stream = call;
    call.setOnReadyHandler(this::wake);
  }

  private synchronized void wake() {
    notifyAll();
  }

  @Override
  public synchronized void onNext(SendResponse response) {
    // The end says it.
  }

  @Override
  public synchronized void onError(Throwable broken) {
    failure = broken;
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    answered = true;
    notifyAll();
  }
}
