package io.sojourn.home.attach;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.sojourn.protocol.attach.FromCaller;
import io.sojourn.protocol.attach.FromVm;
import io.sojourn.protocol.attach.Taking;
import org.jspecify.annotations.Nullable;

/** Home's side of what a tool and the VM say to each other. */
final class Conversation implements StreamObserver<FromVm> {
  /** Who it is that waits. */
  interface Callers {
    /** Null where nobody does. */
    @Nullable EpollDomainSocketChannel take(Taking taking, ChannelHandler end)
        throws StatusException;
  }

  private final ServerCallStreamObserver<FromCaller> call;
  private final Callers callers;
  private volatile @Nullable EpollDomainSocketChannel caller;
  private boolean over;

  Conversation(ServerCallStreamObserver<FromCaller> call, Callers callers) {
    this.call = call;
    this.callers = callers;
    call.disableAutoRequest();
    call.setOnCancelHandler(this::close);
    call.setOnReadyHandler(this::readOn);
    call.request(1);
  }

  @Override
  public void onNext(FromVm message) {
    EpollDomainSocketChannel channel = caller;
    if (channel == null) take(message);
    else
      channel
          .writeAndFlush(Unpooled.wrappedBuffer(message.getData().asReadOnlyByteBuffer()))
          .addListener(
              written -> {
                if (written.isSuccess()) call.request(1);
                else end(channel);
              });
  }

  private void take(FromVm message) {
    EpollDomainSocketChannel taken;
    try {
      taken = callers.take(message.getTaking(), new FromTool());
    } catch (StatusException refused) {
      finish(refused.getStatus());
      return;
    }
    if (taken == null) {
      finish(Status.NOT_FOUND.withDescription("it waits no longer"));
      return;
    }
    caller = taken;
    // It may have heard the tool already, and wait to be told to hear on.
    readOn();
    call.request(1);
  }

  private void readOn() {
    EpollDomainSocketChannel channel = caller;
    if (channel != null && call.isReady()) channel.config().setAutoRead(true);
  }

  private void end(EpollDomainSocketChannel channel) {
    channel.close();
    finish(Status.ABORTED.withDescription("it has hung up"));
  }

  private synchronized void finish(Status status) {
    if (over) return;
    over = true;
    if (status.isOk()) call.onCompleted();
    else call.onError(status.asRuntimeException());
  }

  private synchronized void say(FromCaller message) {
    // Once the VM has said all, it listens to nobody.
    if (!over) call.onNext(message);
  }

  private void close() {
    EpollDomainSocketChannel channel = caller;
    if (channel != null) channel.close();
  }

  @Override
  public void onError(Throwable broken) {
    close();
  }

  /** The VM has said all. */
  @Override
  public void onCompleted() {
    EpollDomainSocketChannel channel = caller;
    // What was written before comes before.
    if (channel != null)
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    finish(Status.OK);
  }

  private final class FromTool extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      byte[] copy = new byte[bytes.readableBytes()];
      bytes.readBytes(copy);
      bytes.release();
      say(FromCaller.newBuilder().setData(UnsafeByteOperations.unsafeWrap(copy)).build());
      context.channel().config().setAutoRead(false);
      readOn();
    }

    /** No tool says that it has said all, and goes on listening. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
      finish(Status.ABORTED.withDescription("it has hung up"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
      end((EpollDomainSocketChannel) context.channel());
    }
  }
}
