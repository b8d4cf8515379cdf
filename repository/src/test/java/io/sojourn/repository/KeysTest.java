package io.sojourn.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.repository.blob.BlobStore;
import io.sojourn.repository.seal.DamageException;
import io.sojourn.repository.seal.KeyedSeal;
import io.sojourn.repository.seal.Keys;
import io.sojourn.repository.seal.Seal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encrypted repositories. */
class KeysTest {
  private static final String ONE = "1".repeat(64), OTHER = "2".repeat(64);

  @TempDir(factory = InMemory.class)
  Path directory;

  private Shelf shelf;

  @BeforeEach
  void anEncryptedImage() throws IOException {
    shelf = new Shelf(directory);
    shelf.make(new SomeImage(1).touch(Shelf.HEAP, 500), "secret-1");
    try (Repository repository = shelf.open(shelf.blobs(), seal(ONE))) {
      shelf.store(repository, "secret-1");
    }
  }

  private static Seal seal(String... keys) {
    return KeyedSeal.of(Keys.parse(String.join("\n", keys), "this test"));
  }

  @Test
  void itComesBackWithItsKey() throws IOException {
    try (Repository repository = shelf.open(shelf.blobs(), seal(ONE))) {
      shelf.whole(repository, "secret-1");
    }
  }

  /** Half of each page is one letter, which would be seen. */
  @Test
  void nothingOfItCanBeRead() throws IOException {
    byte[] registers = "registers".getBytes(StandardCharsets.UTF_8);
    for (BlobStore.Blob blob : shelf.blobs().list("packs")) {
      String content = new String(shelf.blobs().get(blob.name()), StandardCharsets.ISO_8859_1);
      assertThat(content).doesNotContain(new String(registers, StandardCharsets.ISO_8859_1));
    }
    for (BlobStore.Blob blob : shelf.blobs().list("images"))
      assertThat(new String(shelf.blobs().get(blob.name()), StandardCharsets.ISO_8859_1))
          .doesNotContain("manifest");
  }

  @Test
  void anotherKeyIsNamed() {
    assertThatThrownBy(() -> shelf.open(shelf.blobs(), seal(OTHER)))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("cannot be opened with this key")
        .hasMessageContaining("it was encrypted with key");
  }

  @Test
  void noKeyIsNoWayIn() {
    assertThatThrownBy(() -> shelf.open(shelf.blobs()))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("is encrypted, and there is no key");
  }

  /** Who says that nothing is encrypted would get everything that is stored from now on. */
  @Test
  void encryptionCannotBeTurnedOffFromOutside() throws IOException {
    String head = new String(shelf.blobs().get("repository.json"), StandardCharsets.UTF_8);
    String changed = head.replace("\"encrypted\": true", "\"encrypted\": false");
    assertThat(changed).isNotEqualTo(head);
    shelf.blobs().put("repository.json", ByteBuffer.wrap(changed.getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> shelf.open(shelf.blobs(), seal(ONE)))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("which is not encrypted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"packs", "images", "indexes"})
  void aFlippedBitIsSeen(String folder) throws IOException {
    for (BlobStore.Blob blob : shelf.blobs().list(folder)) {
      byte[] content = shelf.blobs().get(blob.name());
      content[content.length / 3] ^= 4;
      shelf.blobs().put(blob.name(), ByteBuffer.wrap(content));
    }
    Path brought = Files.createDirectories(directory.resolve("brought"));
    try (Repository repository = shelf.open(shelf.blobs(), seal(ONE))) {
      assertThatThrownBy(() -> repository.bring("secret-1", brought, done -> {}))
          .isInstanceOf(DamageException.class)
          .hasMessageContaining("damaged, or changed");
    }
  }

  /** Each blob is sealed for its name. */
  @Test
  void oneImageCannotStandForAnother() throws IOException {
    shelf.blobs().put("images/other-1", ByteBuffer.wrap(shelf.blobs().get("images/secret-1")));
    try (Repository repository = shelf.open(shelf.blobs(), seal(ONE))) {
      assertThatThrownBy(() -> repository.image("other-1")).isInstanceOf(DamageException.class);
    }
  }

  @Test
  void aKeyIsChanged() throws IOException {
    shelf.make(new SomeImage(2).touch(Shelf.HEAP, 500), "secret-2");
    try (Repository both = shelf.open(shelf.blobs(), seal(OTHER, ONE))) {
      shelf.store(both, "secret-2");
      shelf.whole(both, "secret-1");
      assertThat(both.rekey().waitsFor()).isEmpty();
    }
    try (Repository onlyNew = shelf.open(shelf.blobs(), seal(OTHER))) {
      shelf.whole(onlyNew, "secret-1");
      shelf.whole(onlyNew, "secret-2");
      assertThat(onlyNew.check(true, read -> {}).problems()).isEmpty();
    }
    assertThatThrownBy(() -> shelf.open(shelf.blobs(), seal(ONE)))
        .hasMessageContaining("cannot be opened with this key");
  }

  @Test
  void keysAreKeptFromOthers() throws IOException {
    Path file = Files.writeString(directory.resolve("keys"), "# of 2026\n" + ONE + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Keys.read(file)).hasMessageContaining("can be read");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(Keys.read(file).keys()).hasSize(1);
  }

  @Test
  void whatIsNoKeyIsNotPrinted() {
    assertThatThrownBy(() -> Keys.parse("my password", "the environment"))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("256 bits")
        .hasMessageNotContaining("password");
    assertThatThrownBy(() -> Keys.parse("# nothing\n", "the environment"))
        .hasMessageContaining("no key");
  }
}
