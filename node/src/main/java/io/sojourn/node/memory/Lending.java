package io.sojourn.node.memory;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.node.shipping.Packing;
import io.sojourn.protocol.memory.FetchRequest;
import io.sojourn.protocol.memory.Range;
import io.sojourn.protocol.memory.Ranges;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.protocol.peer.Piece;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One stream of requests for a task's memory. */
final class Lending implements StreamObserver<FetchRequest> {
  /** Requests that are worked on at once. */
  private static final int AT_ONCE = 4;

  private static final long HIGHEST = 1L << 56;

  private final Function<TaskLife, HeldMemory> find;
  private final Executor workers;
  private final ServerCallStreamObserver<Piece> answer;
  private @Nullable HeldMemory memory;
  private boolean over;

  Lending(
      Function<TaskLife, HeldMemory> find,
      Executor workers,
      ServerCallStreamObserver<Piece> answer) {
    this.find = find;
    this.workers = workers;
    this.answer = answer;
    answer.disableAutoRequest();
    // What was asked for in vain is asked for again, by the next stream.
    answer.setOnCancelHandler(() -> {});
    answer.request(AT_ONCE);
  }

  @Override
  public void onNext(FetchRequest request) {
    HeldMemory from = memory;
    try {
      if (request.hasLife()) {
        memory = find.apply(request.getLife().getLife());
        answer.request(1);
      } else if (from == null) {
        throw malformed("no life was named");
      } else if (request.hasWhole()) {
        from.done();
      } else {
        from.left(request.getRanges().getLeftBytes());
        workers.execute(() -> serve(from, request.getRanges()));
      }
    } catch (StatusRuntimeException refused) {
      fail(refused);
    }
  }

  private void serve(HeldMemory from, Ranges ranges) {
    try {
      for (Range range : ranges.getRangeList()) send(piece(from, range));
      synchronized (answer) {
        answer.request(1);
      }
    } catch (IOException gone) {
      from.lost(gone);
      fail(Status.DATA_LOSS.withDescription(gone.getMessage()).asRuntimeException());
    } catch (StatusRuntimeException refused) {
      from.lost(refused);
      fail(refused);
    }
  }

  private static Piece piece(HeldMemory from, Range range) throws IOException {
    int length = range.getLength();
    long address = range.getAddress();
    if (length <= 0
        || length > Packing.LARGEST
        || length % Packing.PAGE != 0
        || address % Packing.PAGE != 0
        || address < 0
        || address > HIGHEST) throw malformed(length + " bytes at " + address);
    ByteBuffer content = ByteBuffer.allocate(length);
    from.read(range.getProcess(), address, content);
    Piece.Builder piece =
        Piece.newBuilder()
            .setMember(Integer.toString(range.getProcess()))
            .setOffset(range.getAddress());
    Packing.pack(content.flip(), piece);
    return piece.build();
  }

  private void send(Piece piece) {
    synchronized (answer) {
      if (!over && !answer.isCancelled()) answer.onNext(piece);
    }
  }

  private void fail(StatusRuntimeException why) {
    synchronized (answer) {
      if (!over && !answer.isCancelled()) answer.onError(why);
      over = true;
    }
  }

  private static StatusRuntimeException malformed(String what) {
    return Status.INVALID_ARGUMENT
        .withDescription("a request for memory is malformed: " + what)
        .asRuntimeException();
  }

  @Override
  public void onError(Throwable broken) {
    // Another stream may come.
  }

  @Override
  public void onCompleted() {
    synchronized (answer) {
      if (!over && !answer.isCancelled()) answer.onCompleted();
      over = true;
    }
  }
}
