package io.sojourn.node.host;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sojourn.node.move.Visitor;
import io.sojourn.protocol.worlds.AttendRequest;
import io.sojourn.protocol.worlds.AttendResponse;
import io.sojourn.protocol.worlds.EndRequest;
import io.sojourn.protocol.worlds.EndResponse;
import io.sojourn.protocol.worlds.GuestTask;
import io.sojourn.protocol.worlds.ListGuestsRequest;
import io.sojourn.protocol.worlds.ListGuestsResponse;
import io.sojourn.protocol.worlds.WorldHostGrpc;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What the daemon asks of this process itself. */
final class HostService extends WorldHostGrpc.WorldHostImplBase implements AutoCloseable {
  private final Set<StreamObserver<?>> attending = ConcurrentHashMap.newKeySet();
  private final Supplier<List<Visitor>> guests;
  private final Vacancy vacancy;

  HostService(Supplier<List<Visitor>> guests, Vacancy vacancy) {
    this.guests = guests;
    this.vacancy = vacancy;
  }

  @Override
  public void attend(AttendRequest request, StreamObserver<AttendResponse> answer) {
    Runnable over = vacancy.attended(request.getTakesGuests());
    attending.add(answer);
    ((ServerCallStreamObserver<AttendResponse>) answer)
        .setOnCancelHandler(
            () -> {
              attending.remove(answer);
              over.run();
            });
  }

  /** Daemons hear at once that this process ends. */
  @Override
  public void close() {
    attending.forEach(StreamObserver::onCompleted);
  }

  @Override
  public void listGuests(ListGuestsRequest request, StreamObserver<ListGuestsResponse> answer) {
    ListGuestsResponse.Builder list = ListGuestsResponse.newBuilder();
    for (Visitor guest : guests.get())
      list.addGuests(
          GuestTask.newBuilder().setTask(guest.id()).setName(guest.name()).setHome(guest.home()));
    answer.onNext(list.build());
    answer.onCompleted();
  }

  @Override
  public void end(EndRequest request, StreamObserver<EndResponse> answer) {
    answer.onNext(EndResponse.newBuilder().setEnds(vacancy.endNow()).build());
    answer.onCompleted();
  }
}
