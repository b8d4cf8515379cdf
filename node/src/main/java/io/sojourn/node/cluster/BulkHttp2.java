package io.sojourn.node.cluster;

import io.grpc.ChannelCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyChannelCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.NettySslContextChannelCredentials;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.ByteToMessageDecoder.Cumulator;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;

/**
 * HTTP/2 for messages of hundreds of KiB: frames of that size, not of 16 KiB (RFC 9113, 4.2), and
 * what arrives of one is not copied together. gRPC has no options for that.
 */
final class BulkHttp2 implements InternalProtocolNegotiator.ProtocolNegotiator {
  /** A piece of a stream or of a file, and what is around it. */
  private static final int LARGEST_FRAME = (1 << 20) + (64 << 10);

  /** Less than this is copied: many small pieces of one frame would cost far more than they are. */
  private static final int PIECE = 4 << 10;

  private static final Cumulator CUMULATOR =
      (allocator, before, arrived) ->
          (arrived.readableBytes() < PIECE
                  ? ByteToMessageDecoder.MERGE_CUMULATOR
                  : ByteToMessageDecoder.COMPOSITE_CUMULATOR)
              .cumulate(allocator, before, arrived);

  private final InternalProtocolNegotiator.ProtocolNegotiator plain;

  BulkHttp2(InternalProtocolNegotiator.ProtocolNegotiator plain) {
    this.plain = plain;
  }

  static ChannelCredentials client(SslContext tls) {
    InternalProtocolNegotiator.ClientFactory plain =
        InternalNettyChannelCredentials.toNegotiator(NettySslContextChannelCredentials.create(tls));
    return InternalNettyChannelCredentials.create(
        new InternalProtocolNegotiator.ClientFactory() {
          @Override
          public InternalProtocolNegotiator.ProtocolNegotiator newNegotiator() {
            return new BulkHttp2(plain.newNegotiator());
          }

          @Override
          public int getDefaultPort() {
            return plain.getDefaultPort();
          }
        });
  }

  @Override
  public AsciiString scheme() {
    return plain.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
    ChannelHandler handshake = plain.newHandler(connection);
    return new ChannelHandlerAdapter() {
      @Override
      public void handlerAdded(ChannelHandlerContext context) {
        connection.setCumulator(CUMULATOR);
        connection.connection().addListener(new Announcement(context.channel(), connection));
        context.pipeline().replace(this, null, handshake);
      }
    };
  }

  @Override
  public void close() {
    plain.close();
  }

  /** Says which frames we take, when gRPC has said the rest: before the first call. */
  private static final class Announcement extends Http2ConnectionAdapter {
    private final Channel channel;
    private final GrpcHttp2ConnectionHandler connection;
    private boolean said;

    Announcement(Channel channel, GrpcHttp2ConnectionHandler connection) {
      this.channel = channel;
      this.connection = connection;
    }

    @Override
    public void onStreamAdded(Http2Stream stream) {
      ChannelHandlerContext context = channel.pipeline().context(connection);
      if (said || context == null) return;
      said = true;
      Http2Settings frames = new Http2Settings().maxFrameSize(LARGEST_FRAME);
      connection.encoder().writeSettings(context, frames, context.newPromise());
    }
  }
}
