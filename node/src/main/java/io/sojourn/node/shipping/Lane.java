package io.sojourn.node.shipping;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.sojourn.protocol.peer.ImagesGrpc.ImagesStub;
import io.sojourn.protocol.peer.Piece;
import io.sojourn.protocol.peer.SendResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an attempt. It sends when the other side is ready, and not before; meanwhile the
 * next pieces are packed, on as many processors as there are.
 */
final class Lane implements ClientResponseObserver<Piece, SendResponse> {
  /** Packed ahead: what a processor each has to do, and no more memory than that. */
  static final int AHEAD = Math.min(4, Runtime.getRuntime().availableProcessors());

  private final ExecutorService workers;
  private final Deque<Future<Piece>> packed = new ArrayDeque<>();
  private final Deque<ByteBuffer> buffers = new ArrayDeque<>();
  private @Nullable ClientCallStreamObserver<Piece> stream;
  private @Nullable Throwable failure;
  private boolean answered;

  Lane(ExecutorService workers) {
    this.workers = workers;
    for (int i = 0; i <= AHEAD; i++) buffers.add(ByteBuffer.allocateDirect(Packing.LARGEST));
  }

  /**
   * Sends what a cargo has for a lane, to its end.
   *
   * @param about what all pieces have in common
   * @param sent is told of each piece that has been
   * @throws StatusRuntimeException the link broke, or the other node refuses
   */
  void run(ImagesStub node, Piece about, Cargo cargo, int number, Consumer<Piece> sent)
      throws IOException {
    node.send(this);
    try {
      while (true) {
        packAhead(about, cargo, number);
        Future<Piece> next = packed.poll();
        if (next == null) break;
        Piece piece = next.get();
        awaitReady();
        // Serialized before this returns, because the stream is ready: its buffer, the one that
        // was taken first, is free then.
        Objects.requireNonNull(stream).onNext(piece);
        sent.accept(piece);
      }
    } catch (IOException | RuntimeException broken) {
      giveUp(broken);
      throw broken;
    } catch (ExecutionException | InterruptedException broken) {
      giveUp(broken);
      throw new IllegalStateException(broken);
    }
    Objects.requireNonNull(stream).onCompleted();
    awaitAnswer();
  }

  /** Waits for content only where there is nothing left to send. */
  private void packAhead(Piece about, Cargo cargo, int number) throws IOException {
    while (packed.size() < AHEAD) {
      ByteBuffer buffer = buffers.removeFirst();
      buffers.addLast(buffer);
      Cargo.Part part = cargo.next(number, buffer, packed.isEmpty());
      if (part == null) return;
      packed.add(workers.submit(() -> pack(part, about)));
    }
  }

  private static Piece pack(Cargo.Part part, Piece about) {
    Piece.Builder piece = about.toBuilder().setMember(part.member()).setOffset(part.from());
    Packing.pack(part.content(), piece);
    return piece.build();
  }

  private void giveUp(Throwable why) {
    Objects.requireNonNull(stream).cancel("given up", why);
    for (Future<Piece> left : packed) left.cancel(true);
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
