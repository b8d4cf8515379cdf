package io.sojourn.engine.criu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KerndatCacheTest {
  @TempDir Path directory;

  @Test
  void aCriuThatDoesNotRunLeavesNothing() {
    KerndatCache.prepare(Path.of("/bin/false"), directory).close();
    assertThat(directory).isEmptyDirectory();
  }
}
