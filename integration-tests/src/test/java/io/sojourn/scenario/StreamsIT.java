package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Outside;
import io.sojourn.harness.Subject;
import io.sojourn.victim.Streams;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Standard streams on files, pipes and terminals, whose other ends stay where they are. */
class StreamsIT {
  @RegisterExtension static final Node node = Node.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void onAFile(Jdk jdk) {
    Subject subject = node.subject(jdk, Streams.class).start();
    subject.reads("out", "end of stdin");
    await().until(() -> !readsOn(subject));
    subject.ask("one");
    subject.anotherLife();
    subject.ask("two");
    subject.anotherLife();
    subject.ask("three");
    assertThat(subject.output().lines())
        .containsExactly(
            "end of stdin", "out one", "err one", "out two", "err two", "out three", "err three");
  }

  private static boolean readsOn(Subject subject) {
    return Proc.threads(subject.pid()).stream()
        .anyMatch(thread -> Proc.command(thread).equals("stdin"));
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void onPipes(Jdk jdk) throws IOException {
    Subject subject = node.subject(jdk, Streams.class).inPipe().start();
    send(subject, "first");
    subject.reads("piped", "read first");
    for (int generation = 0; generation < 2; generation++) {
      Outside before = Outside.of(subject.pid());
      subject.freeze().done();
      send(subject, "while frozen " + generation);
      subject.restore().done();
      subject.reads("piped", "read while frozen " + generation);
      assertThat(Outside.of(subject.pid()).since(before)).isEmpty();
      subject.ask("said " + generation);
      subject.reads("piped", "out said " + generation);
      subject.reads("out", "err said " + generation);
      send(subject, "after " + generation);
      subject.reads("piped", "read after " + generation);
    }
    assertThat(subject.read("piped").lines()).hasSize(7).doesNotContain("end of stdin");
  }

  private static void send(Subject subject, String line) throws IOException {
    Files.writeString(subject.home().resolve("in"), line + "\n", StandardOpenOption.APPEND);
  }

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void onATerminal(Jdk jdk) throws IOException {
    Subject subject = node.subject(jdk, Streams.class).inTerminal().start();
    BufferedWriter keyboard = subject.firstLife().outputWriter();
    type(keyboard, "first");
    subject.reads("seen", "read first");
    for (int generation = 0; generation < 2; generation++) {
      subject.anotherLife();
      subject.ask("said " + generation);
      subject.reads("seen", "out said " + generation);
      subject.reads("seen", "err said " + generation);
      type(keyboard, "typed " + generation);
      subject.reads("seen", "read typed " + generation);
    }
    assertThat(subject.read("seen")).doesNotContain("end of stdin");
  }

  private static void type(BufferedWriter keyboard, String line) throws IOException {
    keyboard.write(line + "\n");
    keyboard.flush();
  }
}
