package io.sojourn.home.files;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.sojourn.protocol.files.FromHome;

/** One stream to a guest. Any thread may send; the stream takes one message at a time. */
final class GuestStream {
  private final ServerCallStreamObserver<FromHome> observer;
  private boolean ended;

  GuestStream(ServerCallStreamObserver<FromHome> observer) {
    this.observer = observer;
  }

  synchronized void send(FromHome message) {
    if (!ended && !observer.isCancelled()) observer.onNext(message);
  }

  /** Room for one more request. */
  synchronized void more() {
    if (!ended && !observer.isCancelled()) observer.request(1);
  }

  synchronized void end(Status status) {
    if (ended) return;
    ended = true;
    if (observer.isCancelled()) return;
    if (status.isOk()) observer.onCompleted();
    else observer.onError(status.asRuntimeException());
  }
}
