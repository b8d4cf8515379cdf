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
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Home need not remember the answers that the guest has, whatever else is under way. */
class SettlingTest implements ServerInterceptor {
  private static final int CALLS = 50;

  @TempDir Path home;
  private final List<Request> asked = new CopyOnWriteArrayList<>();

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(A message) {
        if (message instanceof FromGuest said) {
          asked.addAll(said.getAlsoList());
          if (said.hasRequest()) asked.add(said.getRequest());
        }
        super.onMessage(message);
      }
    };
  }

  @Test
  void oneThatWaitsForALockKeepsNoOthers() throws Exception {
    Path file = Files.createFile(home.resolve("locked"));
    Process holder = flock(file, "echo held; read over");
    assertThat(holder.inputReader().readLine()).isEqualTo("held");
    try (Away away = Away.of(home, this)) {
      Process waiting = flock(away.target().resolve("locked"), "echo held");
      await().until(() -> asked.stream().anyMatch(one -> one.getWholeLock().getWait()));
      long lock = asked.stream().filter(Request::hasWholeLock).findFirst().orElseThrow().getId();
      for (int i = 0; i < CALLS; i++) Files.createFile(away.target().resolve("file" + i));
      Request last = asked.get(asked.size() - 1);
      assertThat(last.getSettledBelow()).isEqualTo(lock);
      TreeSet<Long> settled = new TreeSet<>();
      for (Request one : asked) settled.addAll(one.getSettledList());
      assertThat(settled.headSet(last.getId() - 5)).hasSize((int) (last.getId() - 5 - lock - 1));
      holder.outputWriter().close();
      assertThat(waiting.inputReader().readLine()).isEqualTo("held");
      assertThat(waiting.waitFor()).isZero();
    } finally {
      holder.destroyForcibly();
    }
  }

  private static Process flock(Path file, String command) throws Exception {
    return new ProcessBuilder("flock", file.toString(), "sh", "-c", command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
