package io.sojourn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.linux.OtherEnd;
import io.sojourn.engine.linux.StreamPair;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages that are packed when an image is stored, and unpacked when CRIU reads it. */
class PageStoreTest {
  @TempDir Path home;

  /** What was expected to be more is packed all the same. */
  @Test
  void comeBackAlthoughMoreWasSaid() throws IOException {
    byte[] pages = new byte[1 << 20];
    try (PageStore store = new PageStore(home)) {
      store.prepare(1L << 30);
      bring(store.open("pagemap-1.img"), pages);
      store.open("pagemap-2.img");
      store.store();
    }
    assertThat(home.resolve("pages-1.img")).doesNotExist();
    assertThat(home.resolve("pages-2.img")).isEmptyFile();
    try (UnpackedImage unpacked = UnpackedImage.of(image(), place())) {
      assertThat(unpacked.path().resolve("pages-1.img")).hasBinaryContent(pages);
    }
  }

  /** Three blocks and a piece, half of it noise: as they are, and packed in the image. */
  private byte[] write() throws IOException {
    byte[] pages = new byte[(3 << 20) + 4096];
    Random random = new Random(7);
    byte[] noise = new byte[4096];
    for (int at = 0; at < pages.length; at += 8192) {
      random.nextBytes(noise);
      System.arraycopy(noise, 0, pages, at, 4096);
    }
    try (PageStore store = new PageStore(home)) {
      bring(store.open("pagemap-1.img"), pages);
      store.store();
    }
    return pages;
  }

  private static void bring(PageStore.Target target, byte[] pages) throws IOException {
    try (StreamPair pair = StreamPair.open(1 << 20)) {
      Thread sender = new Thread(() -> OtherEnd.of(pair).write(pages), "sender");
      sender.start();
      target.range(0x10000, pages.length / 4096, 4, pair);
    }
  }

  private ImageDirectory image() throws IOException {
    Manifest.Builder manifest = Manifest.newBuilder().setName("web-1");
    try (Stream<Path> files = Files.list(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList())
        manifest.addMembers(Member.newBuilder().setName(file.getFileName().toString()));
    }
    return new ImageDirectory(home, manifest.build());
  }

  private Path place() throws IOException {
    return Files.createDirectory(home.resolve("place"));
  }

  @Test
  void comeBackAsTheyWere() throws IOException {
    byte[] pages = write();
    Files.writeString(home.resolve("core-1.img"), "core");
    assertThat(home.resolve("pages-1.img")).doesNotExist();
    assertThat(Files.size(home.resolve("pages-1.img.lz4"))).isLessThan(pages.length * 6L / 10);
    Path seen;
    try (UnpackedImage unpacked = UnpackedImage.of(image(), place())) {
      seen = unpacked.path();
      assertThat(seen.resolve("pages-1.img")).hasBinaryContent(pages);
      assertThat(seen.resolve("core-1.img")).hasContent("core");
    }
    assertThat(seen).doesNotExist();
    assertThat(home.resolve("core-1.img")).hasContent("core");
  }

  @Test
  void stayWhereThatGainsNothing() throws IOException {
    byte[] noise = new byte[5 << 20];
    new Random(7).nextBytes(noise);
    try (PageStore store = new PageStore(home)) {
      bring(store.open("pagemap-1.img"), noise);
      store.open("pagemap-2.img");
      store.store();
    }
    assertThat(home.toFile().list())
        .containsExactlyInAnyOrder("pagemap-1.img", "pagemap-2.img", "pages-1.img", "pages-2.img");
    try (UnpackedImage asItIs = UnpackedImage.of(image(), home)) {
      assertThat(asItIs.path()).isEqualTo(home);
    }
    assertThat(home.resolve("pages-1.img")).hasBinaryContent(noise);
    assertThat(home.resolve("pages-2.img")).isEmptyFile();
  }

  /** More than is kept in memory, of two processes in turn, as it was said before or not. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1L << 30})
  void stayWhereThereAreMany(long said) throws IOException {
    byte[] piece = new byte[3 << 20];
    Random random = new Random(9);
    MessageDigest[] sums = {sha256(), sha256()};
    try (PageStore store = new PageStore(home)) {
      store.prepare(said);
      PageStore.Target[] targets = {store.open("pagemap-1.img"), store.open("pagemap-2.img")};
      for (int i = 0; i < 200; i++) {
        random.nextBytes(piece);
        sums[i % 2].update(piece);
        bring(targets[i % 2], piece);
      }
      store.store();
    }
    for (int i = 0; i < 2; i++) {
      byte[] stored = Files.readAllBytes(home.resolve("pages-" + (i + 1) + ".img"));
      assertThat(sha256().digest(stored)).isEqualTo(sums[i].digest());
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatCannotBeWrittenIsSaidWhileMoreComes() throws IOException {
    Path gone = Files.createDirectory(home.resolve("gone"));
    byte[] piece = new byte[4 << 20];
    try (PageStore store = new PageStore(gone)) {
      PageStore.Target target = store.open("pagemap-1.img");
      Files.delete(gone);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 200; i++) bring(target, piece);
              })
          .isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(store::store).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void areNotReadWhenTheyAreDamaged() throws IOException {
    write();
    Path packed = home.resolve("pages-1.img.lz4"), place = place();
    byte[] sound = Files.readAllBytes(packed);
    // Both lengths of the first block, and a cut.
    for (int at : new int[] {0, 1, 4, 5}) {
      byte[] damaged = sound.clone();
      damaged[at] ^= 0x40;
      Files.write(packed, damaged);
      assertThatThrownBy(() -> UnpackedImage.of(image(), place))
          .isInstanceOf(OperationException.class)
          .hasMessageContaining("damaged");
    }
    Files.write(packed, Arrays.copyOf(sound, sound.length - 1));
    assertThatThrownBy(() -> UnpackedImage.of(image(), place)).hasMessageContaining("damaged");
    assertThat(place.resolve("unpacked")).isEmptyDirectory();
  }

  @Test
  void areSweptWhereARestoreWasBrokenOff() throws IOException {
    write();
    Path place = place(), left = UnpackedImage.of(image(), place).path();
    assertThat(left).exists();
    UnpackedImage.sweep(place);
    assertThat(left).doesNotExist();
    assertThat(home.resolve("pages-1.img.lz4")).exists();
  }
}
