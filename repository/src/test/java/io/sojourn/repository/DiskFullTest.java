package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.repository.blob.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository on a small disk. */
class DiskFullTest {
  @TempDir Path directory;
  private Path disk;
  private Shelf shelf;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectories(directory.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=2m", "small", disk.toString());
    shelf = new Shelf(directory);
    shelf.make(new SomeImage(1).touch(Shelf.HEAP, 300), "a-1");
    shelf.make(new SomeImage(2).touch(Shelf.HEAP, 900), "b-1");
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "-l", disk.toString());
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void itIsSaidAndNothingIsHalfThere() throws Exception {
    try (Repository repository = shelf.open(DirectoryStore.open(disk.resolve("images")))) {
      shelf.store(repository, "a-1");
      assertThatThrownBy(() -> shelf.store(repository, "b-1"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left on device");
      assertThat(repository.names()).containsExactly("a-1");
      shelf.whole(repository, "a-1");
      // To collect needs room for a few small files, and gives back what the failed store took.
      assertThat(repository.collect().packs()).isPositive();
      run("mount", "-o", "remount,size=8m", disk.toString());
      shelf.store(repository, "b-1");
      shelf.whole(repository, "b-1");
    }
  }
}
