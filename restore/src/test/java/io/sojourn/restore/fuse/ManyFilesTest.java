package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest that looks at more files than home can have open is served, and home has not all open.
 */
class ManyFilesTest {
  @TempDir Path home;

  @Test
  void moreFilesThanMayBeOpenAtHome() throws Exception {
    for (int d = 0; d < 10; d++) {
      Path directory = Files.createDirectory(home.resolve("dir-" + d));
      for (int i = 0; i < 500; i++) Files.writeString(directory.resolve("file-" + i), d + " " + i);
    }
    try (Away away = Away.of(home)) {
      for (int round = 0; round < 2; round++) {
        Process walk =
            new ProcessBuilder(
                    "sh",
                    "-c",
                    "exec 3< dir-0/file-0; find . -type f -size -9 | xargs cat | wc -c; cat <&3")
                .directory(away.target().toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(CProgram.ended(walk)).isEqualTo("23900\n0 0");
      }
      assertThat(handlesOn(home)).isLessThan(3000);
    }
    assertThat(handlesOn(home)).isZero();
  }

  private static long handlesOn(Path directory) throws Exception {
    long count = 0;
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : (Iterable<Path>) descriptors::iterator)
        if (Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).startsWith(directory)) count++;
    }
    return count;
  }
}
