package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.protocol.image.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarriedFilesTest {
  @TempDir Path directory;
  private Path counters;
  private RestoreOrder order;

  @BeforeEach
  void anImageWithCounters() throws IOException {
    Files.writeString(Files.createDirectory(directory.resolve("image")).resolve("carried"), "42");
    counters = directory.resolve("hsperfdata_me/4711");
    order =
        Orders.in(directory)
            .with(m -> m.getTaskBuilder().setUid(id("unix:uid")).setGid(id("unix:gid")))
            .with(
                m ->
                    m.addFiles(
                        File.newBuilder().setPath(counters.toString()).setCarriedAs("carried")))
            .order();
  }

  @Test
  void theyAreThereForTheTaskAlone() throws IOException {
    try (CarriedFiles carried = CarriedFiles.putBack(order)) {
      assertThat(counters).hasContent("42");
      assertThat(Files.getPosixFilePermissions(counters)).hasSize(2);
      carried.keep();
    }
    assertThat(counters).exists();
  }

  @Test
  void theyGoAgainWhereTheRestoreFails() {
    CarriedFiles.putBack(order).close();
    assertThat(counters.getParent()).doesNotExist();
  }

  /** Ours: giving files away is for root. */
  private int id(String attribute) {
    try {
      return (Integer) Files.getAttribute(directory, attribute);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
