package io.sojourn.home.files;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.FilesGrpc;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.FromHome;
import io.sojourn.protocol.files.GetAttributes;
import io.sojourn.protocol.files.Opening;
import io.sojourn.protocol.files.Request;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** One task's guest, on one stream after another. */
final class Guest {
  private final String task;
  private final Map<Long, CompletableFuture<Answer>> answers = new ConcurrentHashMap<>();
  private CompletableFuture<Void> opened = new CompletableFuture<>();
  private StreamObserver<FromGuest> stream;
  private boolean again;
  private long last;
  private long known;

  Guest(String task, Channel channel) throws Exception {
    this.task = task;
    this.stream = open(channel);
  }

  /** A file that it goes on to use. */
  void knows(long node) {
    known = node;
  }

  /** What its use comes to; 0 where there is none. */
  int errnoOfKnown() throws Exception {
    Request.Builder call =
        Request.newBuilder().setNode(known).setGetAttributes(GetAttributes.getDefaultInstance());
    return known == 0 ? 0 : ask(call).getErrno();
  }

  /** To the same home, or to the next. */
  void over(Channel channel) throws Exception {
    answers.clear();
    stream = open(channel);
  }

  private StreamObserver<FromGuest> open(Channel channel) throws Exception {
    opened = new CompletableFuture<>();
    StreamObserver<FromGuest> made = FilesGrpc.newStub(channel).serve(new Hearing(opened));
    Opening.Builder opening =
        Opening.newBuilder()
            .setTask(task)
            .setIncarnation(1)
            .setSession(ByteString.copyFromUtf8("session of " + task))
            .setAgain(again);
    made.onNext(FromGuest.newBuilder().setOpening(opening).build());
    again = true;
    opened.get(60, TimeUnit.SECONDS);
    return made;
  }

  /** Asks, waits, and has what was answered. All before is settled. */
  Answer ask(Request.Builder request) throws Exception {
    long id = ++last;
    return ask(id, request.setSettledBelow(id));
  }

  Answer ask(long id, Request.Builder request) throws Exception {
    return say(id, request).get(60, TimeUnit.SECONDS);
  }

  /** Asks, and what is answered comes later. */
  CompletableFuture<Answer> say(long id, Request.Builder request) {
    last = Math.max(last, id);
    CompletableFuture<Answer> answer =
        answers.computeIfAbsent(id, any -> new CompletableFuture<>());
    stream.onNext(FromGuest.newBuilder().setRequest(request.setId(id)).build());
    return answer;
  }

  private final class Hearing implements StreamObserver<FromHome> {
    private final CompletableFuture<Void> begun;

    Hearing(CompletableFuture<Void> begun) {
      this.begun = begun;
    }

    @Override
    public void onNext(FromHome message) {
      if (message.hasOpened()) begun.complete(null);
      if (message.hasAnswer()) {
        Answer answer = message.getAnswer();
        answers.computeIfAbsent(answer.getId(), any -> new CompletableFuture<>()).complete(answer);
      }
    }

    @Override
    public void onError(Throwable cut) {
      begun.completeExceptionally(cut);
      answers.values().forEach(answer -> answer.completeExceptionally(cut));
    }

    @Override
    public void onCompleted() {}
  }
}
