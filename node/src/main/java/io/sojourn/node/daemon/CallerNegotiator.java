package io.sojourn.node.daemon;

import io.grpc.ChannelLogger;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.util.AsciiString;

/**
 * Plain text on a unix socket, with the {@link Caller} noted on the connection. gRPC has no public
 * way to look at a connection when it is accepted; this is the one that its own transports use.
 */
final class CallerNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
  @Override
  public AsciiString scheme() {
    return AsciiString.of("http");
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
    ChannelLogger logger = connection.getNegotiationLogger();
    return InternalProtocolNegotiators.waitUntilActiveHandler(
        new Credentials(InternalProtocolNegotiators.grpcNegotiationHandler(connection), logger),
        logger);
  }

  @Override
  public void close() {}

  private static final class Credentials
      extends InternalProtocolNegotiators.ProtocolNegotiationHandler {
    Credentials(ChannelHandler next, ChannelLogger logger) {
      super(next, logger);
    }

    @Override
    protected void protocolNegotiationEventTriggered(ChannelHandlerContext context) {
      var event = getProtocolNegotiationEvent();
      replaceProtocolNegotiationEvent(
          InternalProtocolNegotiationEvent.withAttributes(
              event,
              InternalProtocolNegotiationEvent.getAttributes(event).toBuilder()
                  .set(Caller.CONNECTION, Caller.of((DomainSocketChannel) context.channel()))
                  .build()));
      fireProtocolNegotiationEvent(context);
    }
  }
}
