package io.sojourn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages that are packed when an image is stored, and unpacked when CRIU reads it. */
class PackedPagesTest {
  @TempDir Path home;

  /** Three blocks and a piece, half of it noise. */
  private byte[] write(String name) throws IOException {
    byte[] pages = new byte[(3 << 20) + 4096];
    Random random = new Random(7);
    byte[] noise = new byte[4096];
    for (int at = 0; at < pages.length; at += 8192) {
      random.nextBytes(noise);
      System.arraycopy(noise, 0, pages, at, 4096);
    }
    Files.write(home.resolve(name), pages);
    return pages;
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
    byte[] pages = write("pages-1.img");
    Files.writeString(home.resolve("core-1.img"), "core");
    PackedPages.pack(home);
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
    byte[] noise = new byte[1 << 20];
    new Random(7).nextBytes(noise);
    Files.write(home.resolve("pages-1.img"), noise);
    Files.createFile(home.resolve("pages-2.img"));
    try (RandomAccessFile large =
        new RandomAccessFile(home.resolve("pages-3.img").toFile(), "rw")) {
      large.setLength((64L << 20) + 4096);
    }
    PackedPages.pack(home);
    assertThat(home.toFile().list())
        .containsExactlyInAnyOrder("pages-1.img", "pages-2.img", "pages-3.img");
    try (UnpackedImage asItIs = UnpackedImage.of(image(), home)) {
      assertThat(asItIs.path()).isEqualTo(home);
    }
    assertThat(home.resolve("pages-1.img")).hasBinaryContent(noise);
  }

  @Test
  void areNotReadWhenTheyAreDamaged() throws IOException {
    write("pages-1.img");
    PackedPages.pack(home);
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
    write("pages-1.img");
    PackedPages.pack(home);
    Path place = place(), left = UnpackedImage.of(image(), place).path();
    assertThat(left).exists();
    UnpackedImage.sweep(place);
    assertThat(left).doesNotExist();
    assertThat(home.resolve("pages-1.img.lz4")).exists();
  }
}
