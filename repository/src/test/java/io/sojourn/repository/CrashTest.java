package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.image.Trees;
import io.sojourn.repository.seal.KeyedSeal;
import io.sojourn.repository.seal.Keys;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever uses a repository dies at each of its changes in turn. */
class CrashTest {
  private static final String OLD = "11".repeat(32), NEW = "22".repeat(32);

  @TempDir(factory = InMemory.class)
  Path directory;

  private Shelf shelf;
  private final SomeImage image = new SomeImage(1).touch(Shelf.HEAP, 300);

  /** Something to be done, of which a part is done. */
  private interface Deed {
    void run(Repository repository) throws IOException;
  }

  @BeforeEach
  void shelf() throws IOException {
    shelf = new Shelf(directory);
    for (int number = 1; number <= 3; number++)
      shelf.make(image.touch(Shelf.HEAP + number * 81_920L, 180), "a-" + number);
  }

  @Test
  void whileAnImageIsStored() throws IOException {
    atEachChange(
        repository -> shelf.store(repository, "a-1"),
        repository -> shelf.store(repository, "a-2"),
        after -> {
          shelf.whole(after, "a-1");
          if (after.names().contains("a-2")) shelf.whole(after, "a-2");
          shelf.store(after, "a-3");
          shelf.whole(after, "a-3");
        });
  }

  @Test
  void whileImagesAreRemovedAndCollected() throws IOException {
    atEachChange(
        this::storeAll,
        repository -> {
          repository.remove("a-1");
          repository.remove("a-2");
          repository.collect();
        },
        after -> {
          for (String name : after.names()) shelf.whole(after, name);
          assertThat(after.names()).contains("a-3");
          for (String name : after.names()) if (!name.equals("a-3")) after.remove(name);
          after.collect();
          shelf.whole(after, "a-3");
          assertThat(Shelf.packed(shelf.blobs())).isLessThan(image.bytes() + 400_000);
        });
  }

  @Test
  void whileItIsRepaired() throws IOException {
    atEachChange(
        repository -> {
          storeAll(repository);
          damage(largestPack());
        },
        repository -> repository.repair(read -> {}),
        after -> {
          after.repair(read -> {});
          // What is stored again brings back what was lost.
          storeAll(after);
          after.repair(read -> {});
          assertThat(after.broken()).isEmpty();
          for (int number = 1; number <= 3; number++) shelf.whole(after, "a-" + number);
        });
  }

  @Test
  void whileTheKeyIsChanged() throws IOException {
    atEachChange(
        KeyedSeal.of(Keys.parse(OLD, "here")),
        KeyedSeal.of(Keys.parse(NEW + "\n" + OLD, "here")),
        this::storeAll,
        Repository::rekey,
        after -> {
          for (int number = 1; number <= 3; number++) shelf.whole(after, "a-" + number);
          after.rekey();
          try (Repository only = shelf.open(shelf.blobs(), KeyedSeal.of(Keys.parse(NEW, "")))) {
            for (int number = 1; number <= 3; number++) shelf.whole(only, "a-" + number);
            assertThat(only.check(true, read -> {}).problems()).isEmpty();
          }
        });
  }

  private void storeAll(Repository repository) throws IOException {
    for (int number = 1; number <= 3; number++) shelf.store(repository, "a-" + number);
  }

  private void atEachChange(Deed before, Deed deed, Deed after) throws IOException {
    atEachChange(Seal.NONE, Seal.NONE, before, deed, after);
  }

  private void atEachChange(Seal first, Seal seal, Deed before, Deed deed, Deed after)
      throws IOException {
    boolean crashed = true;
    int crashes = 0;
    for (int changes = 0; crashed; changes++) {
      Trees.delete(shelf.place());
      try (Repository repository = shelf.open(shelf.blobs(), first)) {
        before.run(repository);
      }
      crashed = dies(seal, changes, deed);
      if (crashed) crashes++;
      try (Repository repository = shelf.open(shelf.blobs(), seal)) {
        after.run(repository);
        assertThat(repository.check(true, read -> {}).problems()).isEmpty();
        assertThat(shelf.blobs().list(Lease.FOLDER)).isEmpty();
      }
    }
    assertThat(crashes).isGreaterThan(3);
  }

  private boolean dies(Seal seal, int changes, Deed deed) throws IOException {
    FailingStore mortal = new FailingStore(shelf.blobs(), changes);
    try (Repository repository = shelf.open(mortal, seal)) {
      deed.run(repository);
    } catch (FailingStore.Crash crash) {
      assertThat(mortal.crashed()).isTrue();
    }
    return mortal.crashed();
  }

  private Path largestPack() throws IOException {
    try (Stream<Path> files = Files.walk(shelf.place().resolve(Pack.FOLDER))) {
      return files
          .filter(Files::isRegularFile)
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private static void damage(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    for (int at = content.length / 4; at < content.length / 2; at++) content[at] ^= 1;
    Files.write(file, content);
  }
}
