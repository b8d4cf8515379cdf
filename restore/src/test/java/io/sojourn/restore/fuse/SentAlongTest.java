package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nobody waits for goes to home with something else, or soon. */
class SentAlongTest implements ServerInterceptor {
  private static final int FILES = 50;

  @TempDir Path home;
  private final List<FromGuest> messages = new CopyOnWriteArrayList<>();

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(A message) {
        if (message instanceof FromGuest said && said.hasRequest()) messages.add(said);
        super.onMessage(message);
      }
    };
  }

  private Stream<Request> asked() {
    return messages.stream()
        .flatMap(said -> Stream.concat(said.getAlsoList().stream(), Stream.of(said.getRequest())));
  }

  private long released() {
    return asked().filter(Request::hasRelease).count();
  }

  @Test
  void comesWhenNothingElseDoes() throws Exception {
    Files.writeString(home.resolve("file"), "text");
    try (Away away = Away.of(home, this)) {
      for (int i = 1; i <= 5; i++) {
        Files.readString(away.target().resolve("file"));
        int closed = i;
        await().until(() -> released() == closed);
      }
    }
  }

  @Test
  void isDoneBeforeWhatItComesWith() throws Exception {
    try (Away away = Away.of(home, this)) {
      for (int i = 0; i < FILES; i++) {
        Path file = Files.createFile(away.target().resolve("file" + i));
        Files.delete(file);
      }
      await().until(() -> released() == FILES);
      await().until(() -> openAtHome() == 0);
    }
    assertThat(messages).anyMatch(said -> said.getAlsoCount() > 0);
    assertThat(asked().map(Request::getId)).doesNotHaveDuplicates().isSorted();
  }

  /** Home is this process, too. */
  private long openAtHome() throws Exception {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.filter(fd -> target(fd).startsWith(home + "/file")).count();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (java.io.IOException gone) {
      return "";
    }
  }
}
