package io.sojourn.node.cluster;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** gRPC's own TLS, and a line in the log where a handshake fails: gRPC tells nobody. */
final class LoudTls implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final InternalProtocolNegotiator.ProtocolNegotiator tls;
  private final Refusals refusals;

  LoudTls(SslContext context, Refusals refusals) {
    this.tls = InternalProtocolNegotiators.serverTls(context);
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

    Ear(Refusals refusals) {
      this.refusals = refusals;
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
}
