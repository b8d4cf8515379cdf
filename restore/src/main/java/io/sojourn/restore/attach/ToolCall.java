package io.sojourn.restore.attach;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.sojourn.protocol.attach.AttachSocketsGrpc;
import io.sojourn.protocol.attach.FromCaller;
import io.sojourn.protocol.attach.FromVm;
import io.sojourn.protocol.attach.Taking;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one tool and the VM say to each other, on the node where the VM is. */
final class ToolCall implements ClientResponseObserver<FromVm, FromCaller>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ToolCall.class);
  private static final int PIECE = 64 << 10;

  private @Nullable ClientCallStreamObserver<FromVm> call;
  private volatile @Nullable SocketChannel vm;
  private boolean over;

  /** Returns when all is said. On a thread of its own. */
  void hold(
      AttachSocketsGrpc.AttachSocketsStub home, Taking taking, Callable<SocketChannel> connect) {
    var unused = home.converse(this);
    ClientCallStreamObserver<FromVm> begun = Objects.requireNonNull(call);
    begun.onNext(FromVm.newBuilder().setTaking(taking).build());
    try (SocketChannel connected = connect.call()) {
      begins(connected);
      begun.request(1);
      carry(connected, begun);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception failed) {
      if (!isOver()) LOG.info("a tool does not reach the task's VM: {}", failed.toString());
    }
    // Home hangs up for the VM.
    if (!isOver()) begun.onCompleted();
  }

  private synchronized void begins(SocketChannel connected) throws IOException {
    vm = connected;
    if (over) throw new IOException("the tool has hung up");
  }

  private synchronized boolean isOver() {
    return over;
  }

  private void carry(SocketChannel from, ClientCallStreamObserver<FromVm> to)
      throws IOException, InterruptedException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    while (from.read(piece.clear()) >= 0) {
      awaitReady(to);
      to.onNext(FromVm.newBuilder().setData(ByteString.copyFrom(piece.flip())).build());
    }
  }

  private synchronized void awaitReady(ClientCallStreamObserver<FromVm> to)
      throws IOException, InterruptedException {
    while (!over && !to.isReady()) wait();
    if (over) throw new IOException("the tool has hung up");
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<FromVm> begun) {
    call = begun;
    begun.disableAutoRequestWithInitial(0);
    begun.setOnReadyHandler(this::ready);
  }

  private synchronized void ready() {
    notifyAll();
  }

  @Override
  public void onNext(FromCaller message) {
    try {
      SocketChannel to = Objects.requireNonNull(vm);
      ByteBuffer data = message.getData().asReadOnlyByteBuffer();
      while (data.hasRemaining()) {
        var unused = to.write(data);
      }
    } catch (IOException deaf) {
      // What it says is read to its end.
    }
    Objects.requireNonNull(call).request(1);
  }

  @Override
  public void onError(Throwable broken) {
    ends();
  }

  @Override
  public void onCompleted() {
    ends();
  }

  private synchronized void ends() {
    over = true;
    notifyAll();
    try {
      if (vm != null) vm.close();
    } catch (IOException gone) {
      // It is closed all the same.
    }
  }

  @Override
  public void close() {
    ClientCallStreamObserver<FromVm> begun = call;
    if (begun != null) begun.cancel("the task is not here any more", null);
    ends();
  }
}
