package io.sojourn.node.memory;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.shipping.Packing;
import io.sojourn.protocol.memory.FetchRequest;
import io.sojourn.protocol.memory.Life;
import io.sojourn.protocol.memory.Range;
import io.sojourn.protocol.memory.Ranges;
import io.sojourn.protocol.memory.TaskMemoryGrpc;
import io.sojourn.protocol.memory.Whole;
import io.sojourn.protocol.move.TaskLife;
import io.sojourn.protocol.peer.Piece;
import io.sojourn.restore.memory.Supply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The guest's side: asks home for memory. Where the link breaks, it waits until that is healed, and
 * asks again for what has not come.
 */
public final class Fetch implements Supply {
  private static final Logger log = LoggerFactory.getLogger(Fetch.class);
  private static final long PAUSE_MILLIS = 200;

  private record Key(int process, long address) {}

  private final Channel home;
  private final TaskLife life;
  private final Map<Key, Part> open = new LinkedHashMap<>();
  private @Nullable Receiver memory;
  private @Nullable ClientCallStreamObserver<FetchRequest> stream;
  private long left;
  private boolean whole;
  private boolean over;

  public Fetch(Channel home, TaskLife life) {
    this.home = home;
    this.life = life;
  }

  @Override
  public synchronized void to(Receiver wanted) {
    memory = wanted;
    connect();
  }

  @Override
  public synchronized void ask(List<Part> parts, long leftBytes) {
    for (Part part : parts) open.put(new Key(part.process(), part.address()), part);
    left = leftBytes;
    send(parts);
  }

  @Override
  public synchronized void whole() {
    whole = true;
    if (stream == null) return;
    stream.onNext(FetchRequest.newBuilder().setWhole(Whole.getDefaultInstance()).build());
    stream.onCompleted();
  }

  private synchronized void connect() {
    if (over) return;
    stream = null;
    // Waits for the link by itself. Not of whoever is being served here at the moment.
    Context.ROOT.run(() -> TaskMemoryGrpc.newStub(home).withWaitForReady().fetch(new Answers()));
    Objects.requireNonNull(stream)
        .onNext(FetchRequest.newBuilder().setLife(Life.newBuilder().setLife(life)).build());
    if (whole) whole();
    else send(List.copyOf(open.values()));
  }

  private void send(List<Part> parts) {
    if (stream == null || parts.isEmpty()) return;
    Ranges.Builder ranges = Ranges.newBuilder().setLeftBytes(left);
    for (Part part : parts)
      ranges.addRange(
          Range.newBuilder()
              .setProcess(part.process())
              .setAddress(part.address())
              .setLength(part.length()));
    stream.onNext(FetchRequest.newBuilder().setRanges(ranges).build());
  }

  private void arrived(Piece piece) {
    int process = Integer.parseInt(piece.getMember());
    synchronized (this) {
      // Of a stream that broke, and of the next one as well.
      if (open.remove(new Key(process, piece.getOffset())) == null) return;
    }
    Objects.requireNonNull(memory)
        .arrived(
            process,
            piece.getOffset(),
            piece.getLength(),
            piece.getPacking() == Piece.Packing.ZERO ? null : Packing.unpack(piece));
  }

  private synchronized void broken(ClientCallStreamObserver<FetchRequest> which, Throwable why) {
    if (over || stream != which) return;
    stream = null;
    Status status = Status.fromThrowable(why);
    switch (status.getCode()) {
      case DATA_LOSS, PERMISSION_DENIED, INVALID_ARGUMENT, UNIMPLEMENTED -> {
        if (whole) return;
        Objects.requireNonNull(memory)
            .lost(
                OperationException.failed(
                    "home has the memory of task %s no more: %s; %d bytes are missing"
                        .formatted(life.getTask(), status.getDescription(), left),
                    "restore it from its last image at home: ckpt images " + life.getTask()));
      }
      default -> {
        log.info("memory of task {} waits for home: {}", life.getTask(), status);
        CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
            .execute(this::connect);
      }
    }
  }

  @Override
  public synchronized void close() {
    // A task that has ended needs nothing more, either.
    if (!over && !whole) whole();
    over = true;
  }

  private final class Answers implements ClientResponseObserver<FetchRequest, Piece> {
    private @Nullable ClientCallStreamObserver<FetchRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<FetchRequest> call) {
      requests = call;
      stream = call;
    }

    @Override
    public void onNext(Piece piece) {
      arrived(piece);
    }

    @Override
    public void onError(Throwable why) {
      broken(Objects.requireNonNull(requests), why);
    }

    @Override
    public void onCompleted() {
      if (!whole) onError(Status.UNAVAILABLE.withDescription("home hung up").asRuntimeException());
    }
  }
}
