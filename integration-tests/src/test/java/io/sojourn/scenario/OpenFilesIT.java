package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.harness.Jdk;
import io.sojourn.harness.Node;
import io.sojourn.harness.Subject;
import io.sojourn.victim.OpenFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are open, in every way of use. */
class OpenFilesIT {
  @RegisterExtension static final Node node = Node.shared();

  @ParameterizedTest
  @MethodSource("io.sojourn.harness.Jdk#matrix")
  void goOnWhereTheyWere(Jdk jdk) {
    Subject subject = node.subject(jdk, OpenFiles.class).start();
    AtomicInteger round = new AtomicInteger();
    subject.twoGenerations(
        () -> {
          int number = round.getAndIncrement();
          assertThat(subject.ask("check")).isEqualTo(String.valueOf(number));
          seenFromOutside(subject.home(), number);
        });
  }

  private static void seenFromOutside(Path home, int number) {
    try {
      assertThat(Files.readAllLines(home.resolve("append.log"))).hasSize(number + 1);
      assertThat(home.resolve("gone.dat")).doesNotExist();
      byte[] shared = Files.readAllBytes(home.resolve("shared.dat"));
      assertThat(ByteBuffer.wrap(shared).getInt()).isEqualTo(number + 1);
      try (FileChannel channel =
          FileChannel.open(home.resolve("locked.dat"), StandardOpenOption.WRITE)) {
        assertThat(channel.tryLock(100, 50, false)).as("a lock that the task holds").isNull();
        try (FileLock beside = channel.tryLock(0, 100, false)) {
          assertThat(beside).as("a lock beside it").isNotNull();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
