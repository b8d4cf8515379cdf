package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.sojourn.protocol.files.FromGuest;
import io.sojourn.protocol.files.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a guest has given up, as home could not be reached for too long, home lets go of as soon as
 * they meet again. Home's descriptors are this process's.
 */
@Timeout(60)
class GivenUpTest implements ServerInterceptor {
  @TempDir Path directory;
  private Path home;
  private Link link;
  private Away away;

  /** When home has been asked this, no answer reaches the guest any more. */
  private volatile Predicate<Request> last = any -> false;

  @BeforeEach
  void mount() throws Exception {
    home = Files.createDirectory(directory.resolve("home"));
    Files.writeString(home.resolve("known"), "here");
    Files.writeString(home.resolve("unknown"), "here");
    link = new Link();
    away = Away.of(home, link, new HomePolicy(Optional.of(Duration.ofMillis(300))), this);
  }

  @AfterEach
  void unmount() throws Exception {
    link.heal();
    away.close();
    link.close();
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onMessage(A message) {
        if (message instanceof FromGuest said && last.test(said.getRequest())) link.mute();
        super.onMessage(message);
      }
    };
  }

  private Path there(String name) {
    return away.target().resolve(name);
  }

  private long atHome(String name) throws IOException {
    Path file = home.resolve(name).toRealPath();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(one -> leadsTo(one, file)).count();
    }
  }

  private static boolean leadsTo(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException closed) {
      return false;
    }
  }

  private void comesTo(String name, long count) {
    await().atMost(Duration.ofSeconds(20)).until(() -> atHome(name) == count);
  }

  /** A program on the guest that home answers and that does not hear it. */
  private void givesUp(Predicate<Request> asked, String name, long heldMeanwhile, String... command)
      throws Exception {
    last = asked;
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    comesTo(name, heldMeanwhile);
    link.cut();
    assertThat(new String(process.getInputStream().readAllBytes(), "UTF-8"))
        .contains("Input/output error");
    last = any -> false;
    link.heal();
  }

  @Test
  void anOpenFile() throws Exception {
    assertThat(Files.size(there("known"))).isEqualTo(4);
    long before = atHome("known");
    givesUp(Request::hasOpen, "known", before + 1, "dd", "if=" + there("known"), "of=/dev/null");
    comesTo("known", before);
    assertThat(there("known")).hasContent("here");
    comesTo("known", before);
  }

  @Test
  void aLookup() throws Exception {
    givesUp(Request::hasLookup, "unknown", 1, "stat", there("unknown").toString());
    comesTo("unknown", 0);
    assertThat(there("unknown")).hasContent("here");
  }

  /** Nobody waits for a close to be answered, so it waits for home. */
  @Test
  void aFileThatIsClosedMeanwhile() throws Exception {
    assertThat(Files.size(there("known"))).isEqualTo(4);
    long before = atHome("known");
    try (InputStream open = Files.newInputStream(there("known"))) {
      assertThat(open.read()).isEqualTo('h');
      comesTo("known", before + 1);
      link.cut();
      assertThatThrownBy(() -> Files.newInputStream(there("unknown")).close())
          .isInstanceOf(IOException.class);
    } catch (IOException unheard) {
      // It is closed all the same.
    }
    link.heal();
    comesTo("known", before);
  }
}
