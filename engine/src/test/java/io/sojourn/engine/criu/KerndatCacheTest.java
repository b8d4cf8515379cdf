package io.sojourn.engine.criu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KerndatCacheTest {
  @Test
  void aCriuThatDoesNotRunLeavesNothing() throws IOException {
    List<Path> before = run();
    KerndatCache.prepare(Path.of("/bin/false")).close();
    assertThat(run()).isEqualTo(before);
  }

  private static List<Path> run() throws IOException {
    try (Stream<Path> entries = Files.list(Path.of("/run"))) {
      return entries.filter(path -> path.toString().endsWith(".sojourn")).sorted().toList();
    }
  }
}
