package io.sojourn.restore.fuse;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.FilesGrpc;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.FromHome;
import io.sojourn.protocol.files.Opening;
import io.sojourn.protocol.files.Request;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A guest that keeps to no rule: says to home whatever a test wants. */
final class Stranger {
  private final BlockingQueue<FromHome> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
  private final StreamObserver<FromGuest> stream;
  private long id;

  Stranger(Channel channel) {
    stream =
        FilesGrpc.newStub(channel)
            .serve(
                new StreamObserver<>() {
                  @Override
                  public void onNext(FromHome message) {
                    heard.add(message);
                  }

                  @Override
                  public void onError(Throwable cut) {
                    ended.add(Status.fromThrowable(cut));
                  }

                  @Override
                  public void onCompleted() {
                    ended.add(Status.OK);
                  }
                });
  }

  void say(FromGuest message) {
    stream.onNext(message);
  }

  Stranger opening(String task, int incarnation, String session) {
    say(
        FromGuest.newBuilder()
            .setOpening(
                Opening.newBuilder()
                    .setTask(task)
                    .setIncarnation(incarnation)
                    .setSession(ByteString.copyFromUtf8(session)))
            .build());
    return this;
  }

  Answer ask(Request.Builder request) throws InterruptedException {
    say(FromGuest.newBuilder().setRequest(request.setId(++id)).build());
    while (true) {
      FromHome message = heard.poll(20, TimeUnit.SECONDS);
      if (message == null) throw new IllegalStateException("no answer; ended: " + ended);
      if (message.hasAnswer() && message.getAnswer().getId() == id) return message.getAnswer();
    }
  }

  boolean opened() throws InterruptedException {
    FromHome message = heard.poll(20, TimeUnit.SECONDS);
    return message != null && message.hasOpened();
  }

  Status end() throws InterruptedException {
    Status status = ended.poll(20, TimeUnit.SECONDS);
    if (status == null) throw new IllegalStateException("the stream goes on");
    return status;
  }
}
