package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images into a directory, and out of it again. */
class RepositoryTest {
  private static final int PAGES = 4000;

  @TempDir(factory = InMemory.class)
  Path directory;

  private Shelf shelf;
  private final SomeImage image = new SomeImage(1).touch(Shelf.HEAP, PAGES);

  @BeforeEach
  void shelf() {
    shelf = new Shelf(directory);
  }

  @Test
  void anImageComesBackAsItWas() throws IOException {
    shelf.make(image.touch(0x1000, 3).touch(0x123456000L, 1), "a-1");
    try (Repository repository = shelf.open()) {
      shelf.store(repository, "a-1");
      shelf.whole(repository, "a-1");
      repository.verify("a-1", done -> {});
    }
    try (Repository again = shelf.open()) {
      assertThat(again.names()).containsExactly("a-1");
      shelf.whole(again, "a-1");
    }
  }

  @Test
  void theSameMemoryIsStoredOnce() throws IOException {
    shelf.make(image, "a-1");
    shelf.make(image, "a-2");
    try (Repository repository = shelf.open()) {
      long first = shelf.store(repository, "a-1"), second = shelf.store(repository, "a-2");
      // A deleted file of 200 kB is another in each.
      assertThat(second).isLessThan(first / 20);
      shelf.whole(repository, "a-2");
    }
  }

  @Test
  void aFewChangedPagesCostAsMuchAsTheyAre() throws IOException {
    shelf.make(image, "a-1");
    shelf.make(image.touch(Shelf.HEAP + 64 * SomeImage.PAGE, PAGES / 20), "a-2");
    try (Repository repository = shelf.open()) {
      long first = shelf.store(repository, "a-1"), second = shelf.store(repository, "a-2");
      assertThat(second).isBetween(first / 25, first / 10);
    }
  }

  /** One page more at the beginning moves all others in the file. */
  @Test
  void memoryIsCutByAddress() throws IOException {
    shelf.make(image, "a-1");
    shelf.make(image.touch(0x5000, 1), "a-2");
    try (Repository repository = shelf.open()) {
      long first = shelf.store(repository, "a-1"), second = shelf.store(repository, "a-2");
      assertThat(second).isLessThan(first / 20);
      shelf.whole(repository, "a-2");
    }
  }

  @Test
  void zerosCostNothing() throws IOException {
    shelf.make(new SomeImage(2).touch(Shelf.HEAP, 16).clear(Shelf.HEAP + (1 << 20), PAGES), "a-1");
    try (Repository repository = shelf.open()) {
      assertThat(shelf.store(repository, "a-1")).isLessThan(300_000);
      shelf.whole(repository, "a-1");
    }
  }

  @Test
  void whatIsRemovedGoesAtTheNextCollection() throws IOException {
    shelf.make(image, "a-1");
    shelf.make(new SomeImage(3).touch(Shelf.HEAP, PAGES), "b-1");
    try (Repository repository = shelf.open()) {
      shelf.store(repository, "a-1");
      long one = Shelf.packed(shelf.blobs());
      shelf.store(repository, "b-1");
      repository.remove("a-1");
      assertThat(Shelf.packed(shelf.blobs())).isGreaterThan(one * 3 / 2);
      Collected collected = repository.collect();
      assertThat(collected.freedBytes()).isGreaterThan(one / 2);
      assertThat(Shelf.packed(shelf.blobs())).isLessThan(one * 11 / 10);
      shelf.whole(repository, "b-1");
      assertThat(repository.check(true, read -> {}).problems()).isEmpty();
    }
  }

  /** Packs of which only a part is needed are written anew. */
  @Test
  void collectionsMakeRoomInPacks() throws IOException {
    try (Repository repository = shelf.open()) {
      for (int number = 1; number <= 8; number++) {
        shelf.make(image.touch(Shelf.HEAP + number * 40_960L, PAGES / 2), "a-" + number);
        shelf.store(repository, "a-" + number);
      }
      for (int number = 1; number < 8; number++) repository.remove("a-" + number);
      repository.collect();
      assertThat(Shelf.packed(shelf.blobs())).isLessThan(image.bytes() * 6 / 10 * 5 / 3);
      shelf.whole(repository, "a-8");
      assertThat(repository.collect().packs()).isZero();
      assertThat(shelf.blobs().list(Index.FOLDER)).hasSizeLessThan(9);
    }
  }

  @Test
  void whoTakesOverADirectorySeesItsImagesOnly() throws IOException {
    shelf.make(image, "a-1");
    try (Repository repository = shelf.open()) {
      shelf.store(repository, "a-1");
    }
    assertThat(Files.exists(shelf.place().resolve("repository.json"))).isTrue();
    assertThat(Files.getPosixFilePermissions(shelf.place()))
        .allMatch(permission -> permission.name().startsWith("OWNER"));
  }
}
