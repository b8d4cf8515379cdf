package io.sojourn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LazyPagesTest {
  private static final int PAGE = PagemapFormat.PAGE;
  private static final int PRESENT = PagemapFormat.PRESENT, LAZY = PagemapFormat.LAZY;

  @TempDir private Path images;

  /** Code, a heap, a stack's top, another heap; and a process that has all of its memory. */
  @BeforeEach
  void image() throws IOException {
    PagemapDraft lazy = new PagemapDraft(images.resolve("pagemap-42.img"), 3);
    lazy.add(0x10000, 20, PRESENT);
    lazy.add(0x100000, 2000, LAZY);
    lazy.add(0x2000000, 1, PRESENT | LAZY);
    lazy.add(0x3000000, 16, LAZY);
    lazy.write();
    PagemapDraft whole = new PagemapDraft(images.resolve("pagemap-43.img"), 4);
    whole.add(0x10000, 20, PRESENT);
    whole.write();
    Files.write(images.resolve("pagemap-shmem-7.img"), new byte[3]);
  }

  @Test
  void criuHearsOnlyOfWhatIsInTheImage() throws IOException {
    byte[] whole = Files.readAllBytes(images.resolve("pagemap-43.img"));
    assertThat(LazyPages.takeOut(images))
        .isEqualTo(
            Map.of(
                42,
                List.of(
                    new LazyPages(0x100000, 0x100000 + 2000 * PAGE),
                    new LazyPages(0x3000000, 0x3000000 + 16 * PAGE))));
    Pagemap left = Pagemap.parse(Files.readAllBytes(images.resolve("pagemap-42.img")));
    // Those are the pages of the same file, one after another.
    assertThat(left.pagesId()).isEqualTo(3);
    assertThat(left.ranges())
        .containsExactly(
            new Pagemap.Range(0x10000, 0x10000 + 20 * PAGE, true, false),
            new Pagemap.Range(0x2000000, 0x2000000 + PAGE, true, true));
    assertThat(Files.readAllBytes(images.resolve("pagemap-43.img"))).isEqualTo(whole);
  }

  @Test
  void theyAreTakenOnce() throws IOException {
    assertThat(LazyPages.takeOut(images)).hasSize(1);
    assertThat(LazyPages.takeOut(images)).isEmpty();
    assertThat(LazyPages.of(images, 42)).isEmpty();
  }
}
