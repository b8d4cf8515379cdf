package io.sojourn.node.worlds;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.cluster.PeerNode;
import io.sojourn.protocol.move.ArriveRequest;
import io.sojourn.protocol.move.GuestWorldsGrpc;
import io.sojourn.protocol.move.LeaveRequest;
import io.sojourn.protocol.move.TaskLife;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What other nodes ask of guests here: each call goes to the world host that has the guest. */
final class HandingOn implements BindableService {
  private static final Logger log = LoggerFactory.getLogger(HandingOn.class);
  private static final String READY = GuestWorldsGrpc.getReadyMethod().getFullMethodName();
  private static final String ARRIVE = GuestWorldsGrpc.getArriveMethod().getFullMethodName();
  private static final int LEAVE_SECONDS = 30;

  private final WorldHosts hosts;

  HandingOn(WorldHosts hosts) {
    this.hosts = hosts;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return definition(this::ways);
  }

  /** To whom else it may be handed on. */
  static BindableService by(HandedOnCall.Ways ways) {
    return () -> definition(ways);
  }

  private static ServerServiceDefinition definition(HandedOnCall.Ways ways) {
    Bytes bytes = new Bytes();
    ServiceDescriptor known = GuestWorldsGrpc.getServiceDescriptor();
    List<MethodDescriptor<byte[], byte[]>> methods =
        known.getMethods().stream().map(method -> method.toBuilder(bytes, bytes).build()).toList();
    ServiceDescriptor.Builder service = ServiceDescriptor.newBuilder(known.getName());
    methods.forEach(service::addMethod);
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service.build());
    for (MethodDescriptor<byte[], byte[]> method : methods)
      definition.addMethod(
          method, (call, headers) -> HandedOnCall.begin(call, PeerNode.current().handedOn(), ways));
    return definition.build();
  }

  /** The hosts that may know what a request is about, in the order in which they are asked. */
  private List<Channel> ways(MethodDescriptor<?, ?> method, Metadata headers, byte[] request) {
    String name = method.getFullMethodName();
    if (name.equals(READY)) return List.of(hosts.forGuests().channel());
    if (name.equals(ARRIVE)) return List.of(arrival(headers, request).channel());
    List<HostLink> all = hosts.all();
    if (all.isEmpty())
      throw OperationException.notFound(
          "that life of the task is not here", "see ckpt ps at its home");
    return all.stream().map(HostLink::channel).toList();
  }

  /** What an earlier attempt has brought to another host, home has given up. */
  private HostLink arrival(Metadata headers, byte[] request) {
    HostLink there = hosts.forGuests();
    for (HostLink other : hosts.all()) if (other != there) leave(other, headers, life(request));
    return there;
  }

  private static TaskLife life(byte[] arrival) {
    try {
      return ArriveRequest.parseFrom(arrival).getLife();
    } catch (InvalidProtocolBufferException malformed) {
      throw Status.INVALID_ARGUMENT
          .withDescription("a request to arrive is malformed")
          .asRuntimeException();
    }
  }

  private static void leave(HostLink host, Metadata headers, TaskLife life) {
    try {
      Channel named =
          ClientInterceptors.intercept(
              host.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
      GuestWorldsGrpc.newBlockingStub(named)
          .withDeadlineAfter(LEAVE_SECONDS, TimeUnit.SECONDS)
          .leave(LeaveRequest.newBuilder().setLife(life).build());
    } catch (StatusRuntimeException unknownThere) {
      log.debug("world host {}: {}", host.place().pid(), unknownThere.getStatus());
    }
  }
}
