package io.sojourn.node.cluster;

import io.grpc.Attributes;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.files.FilesGrpc;
import io.sojourn.protocol.stream.StreamsGrpc;
import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Where other nodes call. */
final class PeerServer implements AutoCloseable {
  /** A piece of an image or of a file, and what is around it. */
  static final int LARGEST_MESSAGE = 4 << 20;

  private static final int LARGEST_READ = 256 << 10;

  /**
   * Chunks of 16 MiB, of which few are enough. gRPC's own of 2 MiB come and go with what is read,
   * and each is filled with zeros.
   */
  static final ByteBufAllocator MEMORY =
      new PooledByteBufAllocator(true, 0, 1, 8 << 10, 11, 256, 64, true);

  private static final int LARGEST_HEADERS = 16 << 10;
  private static final int CALLS_OF_ONE = 10_000;
  private static final int HANDSHAKE_SECONDS = 10;
  private static final int IDLE_MINUTES = 2;

  /**
   * It prints a trace for each that sends nonsense; {@link Refusals} has a line. Kept: or else the
   * level is forgotten.
   */
  private static final Logger GRPC = Logger.getLogger("io.grpc.netty");

  static {
    GRPC.setLevel(Level.SEVERE);
  }

  private final Server server;
  private final PeerDoor door;

  private PeerServer(Server server, PeerDoor door) {
    this.server = server;
    this.door = door;
  }

  static PeerServer open(
      Address listen,
      Credentials credentials,
      Trust trust,
      EventLoopGroup loop,
      Executor workers,
      List<BindableService> services) {
    Refusals refusals = new Refusals();
    PeerDoor door = new PeerDoor(trust, refusals);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                listen.socket(),
                InternalNettyServerCredentials.create(
                    new LoudTls(PeerTls.server(credentials, trust), refusals)))
            .channelType(EpollServerSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .withChildOption(EpollChannelOption.TCP_USER_TIMEOUT, DeadLinks.MILLIS)
            .withChildOption(EpollChannelOption.SO_KEEPALIVE, true)
            .withChildOption(EpollChannelOption.TCP_KEEPIDLE, DeadLinks.IDLE_SECONDS)
            .withChildOption(EpollChannelOption.TCP_KEEPINTVL, 1)
            .withChildOption(EpollChannelOption.TCP_KEEPCNT, DeadLinks.PROBES)
            .withChildOption(ChannelOption.RECVBUF_ALLOCATOR, reading())
            .withChildOption(ChannelOption.ALLOCATOR, MEMORY)
            .executor(workers)
            .callExecutor(executors(workers))
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .maxInboundMetadataSize(LARGEST_HEADERS)
            .maxConcurrentCallsPerConnection(CALLS_OF_ONE)
            .initialFlowControlWindow(DeadLinks.WINDOW)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            // Nodes have something to say every second.
            .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
            .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
            .addStreamTracerFactory(new TooLarge(refusals))
            .intercept(door);
    services.forEach(builder::addService);
    Server server = builder.build();
    try {
      server.start();
    } catch (IOException taken) {
      throw OperationException.refused(
          "no other node can call at %s: %s".formatted(listen, reason(taken)),
          "choose another address or port with --listen, or end who has it (ss -ltnp)");
    }
    return new PeerServer(server, door);
  }

  /** Where bulk goes, 64 KiB at a time would be twice the system calls and events. */
  static RecvByteBufAllocator reading() {
    return new AdaptiveRecvByteBufAllocator(2048, 32 << 10, LARGEST_READ);
  }

  /** Streams and file calls hand on what they hear and never wait: no other thread is woken. */
  private static ServerCallExecutorSupplier executors(Executor workers) {
    Set<String> handOn = Set.of(StreamsGrpc.SERVICE_NAME, FilesGrpc.SERVICE_NAME);
    return new ServerCallExecutorSupplier() {
      @Override
      public <A, B> Executor getExecutor(ServerCall<A, B> call, Metadata headers) {
        boolean direct = handOn.contains(call.getMethodDescriptor().getServiceName());
        return direct ? Runnable::run : workers;
      }
    };
  }

  private static String reason(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause())
      if (cause instanceof BindException) return String.valueOf(cause.getMessage());
    return String.valueOf(failure.getMessage());
  }

  /** Ends calls of nodes that have been removed meanwhile. */
  void expel() {
    door.expel();
  }

  @Override
  public void close() {
    server.shutdown();
    try {
      // Streams of other nodes never end by themselves.
      if (!server.awaitTermination(1, TimeUnit.SECONDS))
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Calls that gRPC ends by itself, because of what was sent. */
  private static final class TooLarge extends ServerStreamTracer.Factory {
    private final Refusals refusals;

    TooLarge(Refusals refusals) {
      this.refusals = refusals;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      return new ServerStreamTracer() {
        private Attributes connection = Attributes.EMPTY;

        @Override
        public void serverCallStarted(ServerCallInfo<?, ?> call) {
          connection = call.getAttributes();
        }

        @Override
        public void streamClosed(Status status) {
          if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED)
            refusals.note(
                connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
                method + ": " + status.getDescription());
        }
      };
    }
  }
}
