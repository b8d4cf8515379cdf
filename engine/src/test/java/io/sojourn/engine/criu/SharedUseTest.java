package io.sojourn.engine.criu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedUseTest {
  @TempDir Path directory;

  @Test
  void theLastTakesItAway() throws Exception {
    Path file = Files.writeString(directory.resolve("shared"), "x");
    SharedUse ours = SharedUse.of(file);
    try (User other = new User(file)) {
      ours.close();
      assertThat(file).exists();
      other.leaves();
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void oneThatWasKilledIsNoUser() throws Exception {
    Path file = Files.writeString(directory.resolve("shared"), "x");
    SharedUse ours = SharedUse.of(file);
    try (User other = new User(file)) {
      other.killed();
      ours.close();
      assertThat(left()).isEmpty();
    }
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  /** Another process: a lock is one's of all of a process. */
  private static final class User implements AutoCloseable {
    private final Process process;

    User(Path file) throws IOException {
      process =
          new ProcessBuilder(
                  System.getProperty("java.home") + File.separator + "bin/java",
                  "-cp",
                  System.getProperty("java.class.path"),
                  SharedUseTest.class.getName(),
                  file.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      assertThat(process.inputReader().readLine()).isEqualTo("uses it");
    }

    void leaves() throws Exception {
      process.getOutputStream().close();
      assertThat(process.waitFor()).isZero();
    }

    void killed() throws Exception {
      process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** Of another user. */
  public static void main(String... arguments) throws IOException {
    try (SharedUse use = SharedUse.of(Path.of(arguments[0]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println("uses it");
      while (in.readLine() != null) {}
    }
  }
}
