package io.sojourn.node.daemon;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The daemon's calls for its own process, in the name of somebody whom it has asked the kernel
 * about. Nobody else reaches this server: it has no socket.
 */
final class CallsWithin implements AutoCloseable {
  private final Server server;
  private final ManagedChannel channel;

  private CallsWithin(Server server, ManagedChannel channel) {
    this.server = server;
    this.channel = channel;
  }

  static CallsWithin open(BindableService service, ExecutorService workers) throws IOException {
    String name = InProcessServerBuilder.generateName();
    return new CallsWithin(
        InProcessServerBuilder.forName(name)
            .executor(workers)
            .intercept(Caller.NAMED_INTERCEPTOR)
            .addService(service)
            .build()
            .start(),
        InProcessChannelBuilder.forName(name).executor(workers).build());
  }

  Channel as(Caller caller) {
    Metadata headers = new Metadata();
    headers.put(Caller.NAMED, caller);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow();
    server.shutdown();
    if (!server.awaitTermination(5, TimeUnit.SECONDS)) server.shutdownNow();
  }
}
