package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.linux.Cpu;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
      List<Given> found = Streams.find(having(pipe(key)).order());
      assertThat(found).hasSize(1);
      String opens = found.get(0).shimWords().get(1);
      assertThat(opens).startsWith("200:/proc/");
      assertThat(Files.readSymbolicLink(Path.of(opens.substring(4)))).hasToString(key);
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
    Given nothing = Streams.find(orders.order()).get(0);
    assertThat(nothing.shimWords()).containsExactly("--open", "200:/dev/null");
    assertThat(nothing.criuWords()).containsExactly("--inherit-fd", "fd[200]:pipe:[999999999999]");
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
        .containsExactly(Given.bothWays(200, "terminal", "tty[8863f:17]"));
  }

  @Test
  void aUnixConnectionThatIsGoneHasEnded() {
    Stream.Builder connection =
        Stream.newBuilder().setKind("unix").setKey("socket:[999999999999]").addDescriptors(7);
    Given ended = Streams.find(having(connection).order()).get(0);
    assertThat(ended.shimWords()).containsExactly("--open", "200:connection");
    assertThat(ended.criuWords()).containsExactly("--inherit-fd", "fd[200]:socket:[999999999999]");
  }

  /** CRIU opens it by its name. */
  @Test
  void aFifoThatNobodyKeepsIsNotGiven() {
    Stream.Builder fifo = pipe("run/commands").setPath("/run/commands");
    assertThat(Streams.find(having(fifo).order())).isEmpty();
  }

  @Test
  void aFifoIsOpenedAsItWas() {
    Path name = Path.of("/run/commands");
    assertThat(Given.oneWay(201, Path.of("/proc/7/fd/3"), "run/commands", 0).shimWords())
        .containsExactly("--open", "201,0:/proc/7/fd/3");
    assertThat(Given.byName(201, name, "run/commands", 1).shimWords())
        .containsExactly("--open-there", "201,1:/run/commands");
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
