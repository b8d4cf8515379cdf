package io.sojourn.examples.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path directory;
  private Path path = Path.of("");

  @BeforeEach
  void path() {
    path = directory.resolve("journal");
  }

  @Test
  void isReadAsItWasWritten() throws Exception {
    write();
    Journal read = Journal.read(path);
    assertThat(read.run()).isEqualTo("run");
    assertThat(read.rowsPerTransaction()).isEqualTo(6);
    assertThat(read.connections()).isEqualTo(3);
    assertThat(read.acknowledged(1)).isEqualTo(2);
    assertThat(read.acknowledged(2)).isEqualTo(1);
    assertThat(read.acknowledged(3)).isZero();
    assertThat(read.transactions()).isEqualTo(3);
  }

  @Test
  void halfALineDoesNotCount() throws Exception {
    write();
    Files.writeString(path, "2 2", StandardOpenOption.APPEND);
    assertThat(Journal.read(path).acknowledged(2)).isEqualTo(1);
  }

  @Test
  void refusesAHole() throws Exception {
    write();
    Files.writeString(path, "2 3\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> Journal.read(path)).isInstanceOf(IOException.class);
  }

  @Test
  void doesNotTouchAnOldOne() throws Exception {
    write();
    assertThatThrownBy(() -> Journal.begin(Optional.of(path), "run", 3, 6))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  private void write() throws IOException {
    try (Journal journal = Journal.begin(Optional.of(path), "run", 3, 6)) {
      journal.acknowledge(1, 1);
      journal.acknowledge(2, 1);
      journal.acknowledge(1, 2);
    }
  }
}
