package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.Cpu;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsTest {
  private static final RestoreOptions STREAMS_MAY_BE_LOST = new RestoreOptions(false, false, true);

  @TempDir Path directory;

  @Test
  void aPipeIsFoundWhereSomebodyHasAnEndOfIt() throws IOException {
    Process cat = new ProcessBuilder("cat").start();
    try {
      String key = Files.readSymbolicLink(Path.of("/proc/" + cat.pid() + "/fd/0")).toString();
      List<Streams.Found> found = Streams.find(having(pipe(key)).order());
      assertThat(found).hasSize(1);
      assertThat(Files.readSymbolicLink(Path.of(found.get(0).source()))).hasToString(key);
    } finally {
      cat.destroy();
    }
  }

  @Test
  void aPipeWithoutAnotherEndIsRefused() {
    OperationException refusal =
        Refusals.of(() -> Streams.find(having(pipe("pipe:[999999999999]")).order()));
    assertThat(refusal)
        .hasMessageContaining("descriptor 1 of task web")
        .hasMessageContaining("pipe");
    assertThat(refusal.mend()).contains("--streams-may-be-lost");
  }

  @Test
  void aPipeThatMayBeLostBecomesNothing() {
    Orders orders = having(pipe("pipe:[999999999999]")).with(STREAMS_MAY_BE_LOST);
    List<String> shim = new ArrayList<>(), criu = new ArrayList<>();
    Streams.arguments(Streams.find(orders.order()), shim, criu);
    assertThat(shim).containsExactly("--open", "200:/dev/null");
    assertThat(criu).containsExactly("--inherit-fd", "fd[200]:pipe:[999999999999]");
  }

  @Test
  void aTerminalThatIsGoneIsRefused() {
    assertThat(Refusals.of(() -> Streams.find(having(terminal()).order())))
        .hasMessageContaining("the terminal /dev/pts/999999");
  }

  @Test
  void aTerminalThatMayBeLostBecomesAnUnseenOne() {
    Orders orders = having(terminal()).with(STREAMS_MAY_BE_LOST);
    assertThat(Streams.find(orders.order()))
        .containsExactly(new Streams.Found("tty[8863f:17]", "terminal"));
  }

  @Test
  void aUnixConnectionThatIsGoneHasEnded() {
    Stream.Builder connection =
        Stream.newBuilder().setKind("unix").setKey("socket:[999999999999]").addDescriptors(7);
    List<String> shim = new ArrayList<>(), criu = new ArrayList<>();
    Streams.arguments(Streams.find(having(connection).order()), shim, criu);
    assertThat(shim).containsExactly("--open", "200:connection");
    assertThat(criu).containsExactly("--inherit-fd", "fd[200]:socket:[999999999999]");
  }

  @Test
  void numbersOfAnotherBootMeanNothing() throws IOException {
    Process cat = new ProcessBuilder("cat").start();
    try {
      String key = Files.readSymbolicLink(Path.of("/proc/" + cat.pid() + "/fd/0")).toString();
      Orders orders = having(pipe(key)).with(m -> m.getMachineBuilder().setBootId("another"));
      assertThat(Refusals.of(() -> Streams.find(orders.order()))).isNotNull();
    } finally {
      cat.destroy();
    }
  }

  private Orders having(Stream.Builder stream) {
    return Orders.in(directory)
        .with(m -> m.getMachineBuilder().setBootId(Cpu.bootId()))
        .with(m -> m.addStreams(stream));
  }

  private static Stream.Builder pipe(String key) {
    return Stream.newBuilder().setKind("pipe").setKey(key).addDescriptors(1).setWritable(true);
  }

  private static Stream.Builder terminal() {
    return Stream.newBuilder()
        .setKind("terminal")
        .setKey("tty[8863f:17]")
        .setPath("/dev/pts/999999")
        .addDescriptors(0);
  }
}
