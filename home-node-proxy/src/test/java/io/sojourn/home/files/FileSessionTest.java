package io.sojourn.home.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.sojourn.engine.files.ThreadIdentity;
import io.sojourn.protocol.files.Answer;
import io.sojourn.protocol.files.FromHome;
import io.sojourn.protocol.files.MakeDirectory;
import io.sojourn.protocol.files.Opening;
import io.sojourn.protocol.files.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSessionTest {
  @TempDir Path root;
  private final Heard first = new Heard(), second = new Heard();
  private FileSession session;

  @BeforeEach
  void open() throws Exception {
    Export export = new Export(root, new ThreadIdentity(0, 0, new int[] {0}));
    session = new FileSession(Opening.getDefaultInstance(), export, 100, null, null, Steps.NONE);
  }

  @AfterEach
  void close() {
    session.close(Status.OK);
  }

  private static Request mkdir(long id, String name, long settledBelow, Long... settled) {
    return Request.newBuilder()
        .setId(id)
        .setNode(1)
        .setSettledBelow(settledBelow)
        .addAllSettled(List.of(settled))
        .setMakeDirectory(
            MakeDirectory.newBuilder().setName(ByteString.copyFromUtf8(name)).setMode(0700))
        .build();
  }

  /** The guest has asked it again over the newer one, heard the answer and removed what it made. */
  @Test
  void whatAnOlderStreamStillBringsIsNotDone() throws Exception {
    GuestStream older = new GuestStream(first), newer = new GuestStream(second);
    session.attach(older, 0);
    session.attach(newer, 0);
    session.request(mkdir(1, "made", 1), List.of(), newer);
    await().until(() -> second.answers.containsKey(1L));
    Files.delete(root.resolve("made"));
    session.request(mkdir(2, "other", 2), List.of(), newer);
    await().until(() -> second.answers.containsKey(2L));
    session.request(mkdir(1, "made", 1), List.of(), older);
    session.leave(Status.OK);
    assertThat(root.resolve("made")).doesNotExist();
  }

  @Test
  void anAnswerIsKeptUntilItIsSettledByItsNumber() throws Exception {
    GuestStream stream = new GuestStream(first);
    session.attach(stream, 0);
    session.request(mkdir(2, "two", 1), List.of(), stream);
    session.request(mkdir(3, "three", 1), List.of(), stream);
    await().until(() -> first.answers.size() == 2);
    // The first is under way for long. Three is settled: whoever asks it again asks anew.
    session.request(mkdir(4, "four", 1, 3L), List.of(), stream);
    first.answers.clear();
    session.request(mkdir(2, "two", 1), List.of(), stream);
    session.request(mkdir(3, "three", 1), List.of(), stream);
    await().until(() -> first.answers.keySet().containsAll(List.of(2L, 3L)));
    assertThat(first.answers.get(2L)).extracting(Answer::getErrno).isEqualTo(0);
    assertThat(first.answers.get(3L)).extracting(Answer::getErrno).isEqualTo(17);
  }

  @Test
  void whatComesAlongIsDoneBeforeAndAnsweredTogether() throws Exception {
    GuestStream stream = new GuestStream(first);
    session.attach(stream, 0);
    first.messages.set(0);
    Request remove =
        Request.newBuilder()
            .setId(3)
            .setNode(1)
            .setSettledBelow(1)
            .setRemoveDirectory(ByteString.copyFromUtf8("one"))
            .build();
    session.request(remove, List.of(mkdir(1, "one", 1), mkdir(2, "two", 1)), stream);
    await().until(() -> first.answers.containsKey(3L));
    assertThat(first.messages).hasValue(1);
    assertThat(first.answers.values()).extracting(Answer::getErrno).containsExactly(0, 0, 0);
    assertThat(root.resolve("one")).doesNotExist();
    first.answers.clear();
    // Over another stream, on its own.
    session.attach(new GuestStream(second), 0);
    session.request(mkdir(1, "one", 1), List.of(), stream);
    assertThat(root.resolve("one")).doesNotExist();
    GuestStream newest = new GuestStream(first);
    session.attach(newest, 0);
    session.request(mkdir(1, "one", 1), List.of(mkdir(2, "two", 1)), newest);
    assertThat(first.answers.values()).extracting(Answer::getErrno).containsExactly(0, 0);
    assertThat(root.resolve("one")).doesNotExist();
  }

  private static final class Heard extends ServerCallStreamObserver<FromHome> {
    private final Map<Long, Answer> answers = new ConcurrentHashMap<>();
    private final AtomicInteger messages = new AtomicInteger();

    @Override
    public void onNext(FromHome message) {
      messages.incrementAndGet();
      message.getAlsoList().forEach(one -> answers.put(one.getId(), one));
      if (message.hasAnswer()) answers.put(message.getAnswer().getId(), message.getAnswer());
    }

    @Override
    public void onError(Throwable end) {}

    @Override
    public void onCompleted() {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
