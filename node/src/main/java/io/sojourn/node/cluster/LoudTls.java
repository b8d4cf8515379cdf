package io.sojourn.node.cluster;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** gRPC's own TLS, and a line in the log where a handshake fails: gRPC tells nobody. */
final class LoudTls implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final InternalProtocolNegotiator.ProtocolNegotiator tls;
  private final Refusals refusals;

  LoudTls(SslContext context, Refusals refusals) {
    this.tls = new BulkHttp2(InternalProtocolNegotiators.serverTls(context));
    this.refusals = refusals;
  }

  @Override
  public AsciiString scheme() {
    return tls.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
    ChannelHandler handshake = tls.newHandler(connection);
    return new ChannelHandlerAdapter() {
      @Override
      public void handlerAdded(ChannelHandlerContext context) {
        context.pipeline().addAfter(context.name(), null, new Ear(refusals));
        context.pipeline().replace(this, null, handshake);
      }
    };
  }

  @Override
  public void close() {
    tls.close();
  }

  /** Hears what the handshake could not cope with. */
  private static final class Ear extends ChannelInboundHandlerAdapter {
    private final Refusals refusals;
    private boolean listening;

    Ear(Refusals refusals) {
      this.refusals = refusals;
    }

    /** During the handshake, when gRPC has put its TLS handler in place. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      ChannelHandlerContext cipher = context.pipeline().context(SslHandler.class);
      if (!listening && cipher != null) {
        context.pipeline().addAfter(cipher.name(), null, new FarewellEar(refusals));
        listening = true;
      }
      context.fireChannelReadComplete();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
      String why = why(failure);
      if (why != null) refusals.note(context.channel().remoteAddress(), why);
      context.fireExceptionCaught(failure);
    }

    private static @Nullable String why(Throwable failure) {
      @Nullable String why = null;
      for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof CertificateException) return cause.getMessage();
        if (cause instanceof NotSslRecordException) return "it does not speak TLS";
        if (cause instanceof SSLException) why = "TLS: " + cause.getMessage();
      }
      return why;
    }
  }

  /**
   * Hears that a connection ends because of what was sent on it: a GOAWAY frame (RFC 9113, 6.8)
   * with an error. gRPC's HTTP/2 handler tells nobody else.
   */
  private static final class FarewellEar extends ChannelOutboundHandlerAdapter {
    private static final int FRAME_BYTES = 17;
    private static final int TYPE_AT = 3;
    private static final int GOAWAY = 7;
    private static final int ERROR_AT = 13;

    private final Refusals refusals;

    FarewellEar(Refusals refusals) {
      this.refusals = refusals;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (message instanceof ByteBuf frame
          && frame.readableBytes() == FRAME_BYTES
          && frame.getByte(frame.readerIndex() + TYPE_AT) == GOAWAY
          && frame.getInt(frame.readerIndex() + ERROR_AT) != 0)
        refusals.note(
            context.channel().remoteAddress(),
            "HTTP/2: " + Http2Error.valueOf(frame.getInt(frame.readerIndex() + ERROR_AT)));
      context.write(message, promise);
    }
  }
}
