package io.sojourn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagesAsideTest {
  private static final int PAGE = PagemapFormat.PAGE;
  private static final int PRESENT = PagemapFormat.PRESENT, LAZY = PagemapFormat.LAZY;

  @TempDir private Path images;
  private byte[] pages = {};

  /** Code, a heap, a short piece, what is locked, another heap. */
  @BeforeEach
  void image() throws IOException {
    PagemapDraft draft = new PagemapDraft(images.resolve("pagemap-42.img"), 3);
    draft.add(0x10000, 20, PRESENT);
    draft.add(0x100000, 2000, PRESENT | LAZY);
    draft.add(0x1000000, 3, PRESENT | LAZY);
    draft.add(0x2000000, 100, PRESENT);
    draft.add(0x3000000, 16, PRESENT | LAZY);
    draft.write();
    pages = new byte[(20 + 2000 + 3 + 100 + 16) * PAGE];
    new Random(1).nextBytes(pages);
    Files.write(images.resolve("pages-3.img"), pages);
  }

  @Test
  void criuKeepsWhatIsShortOrNotTheProcessesAlone() throws IOException {
    // Each time the same: a restore may fail and be tried again.
    for (int round = 0; round < 2; round++) {
      PagesAside aside = PagesAside.of(images).get(0);
      assertThat(aside.process()).isEqualTo(42);
      assertThat(aside.pages()).isEqualTo(images.resolve("pages-3.img"));
      assertThat(aside.runs())
          .containsExactly(
              new PagesAside.Run(0x100000, 20 * PAGE, 2000 * PAGE),
              new PagesAside.Run(0x3000000, 2123 * PAGE, 16 * PAGE));
      Pagemap left = Pagemap.parse(Files.readAllBytes(images.resolve("pagemap-42.img")));
      assertThat(left.ranges())
          .containsExactly(
              new Pagemap.Range(0x10000, 0x10000 + 20 * PAGE, true, false),
              new Pagemap.Range(0x1000000, 0x1000000 + 3 * PAGE, true, true),
              new Pagemap.Range(0x2000000, 0x2000000 + 100 * PAGE, true, false));
      byte[] kept = Files.readAllBytes(images.resolve("pages-" + left.pagesId() + ".img"));
      assertThat(kept).hasSize(123 * PAGE);
      assertThat(Arrays.copyOf(kept, 20 * PAGE)).isEqualTo(Arrays.copyOf(pages, 20 * PAGE));
      assertThat(Arrays.copyOfRange(kept, 20 * PAGE, 123 * PAGE))
          .isEqualTo(Arrays.copyOfRange(pages, 2020 * PAGE, 2123 * PAGE));
      assertThat(Files.readAllBytes(images.resolve("pages-3.img"))).isEqualTo(pages);
    }
  }

  @Test
  void anImageThatIsOnlyLinkedToStaysAsItIs(@TempDir Path links) throws IOException {
    byte[] before = Files.readAllBytes(images.resolve("pagemap-42.img"));
    Files.createSymbolicLink(links.resolve("pagemap-42.img"), images.resolve("pagemap-42.img"));
    Files.createSymbolicLink(links.resolve("pages-3.img"), images.resolve("pages-3.img"));
    List<PagesAside> first = PagesAside.of(links);
    assertThat(first).hasSize(1);
    assertThat(Files.readAllBytes(images.resolve("pagemap-42.img"))).isEqualTo(before);
    // What was unpacked for the first try is gone at the second.
    Files.delete(images.resolve("pagemap-42.img"));
    assertThat(PagesAside.of(links)).isEqualTo(first);
  }

  @Test
  void whatIsSmallOrComesLaterStaysAsItIs() throws IOException {
    PagemapDraft small = new PagemapDraft(images.resolve("pagemap-42.img"), 3);
    small.add(0x100000, 1000, PRESENT | LAZY);
    small.write();
    PagemapDraft lazy = new PagemapDraft(images.resolve("pagemap-43.img"), 4);
    lazy.add(0x100000, 2000, PRESENT | LAZY);
    lazy.add(0x1000000, 2000, LAZY);
    lazy.write();
    List<byte[]> before =
        List.of(
            Files.readAllBytes(images.resolve("pagemap-42.img")),
            Files.readAllBytes(images.resolve("pagemap-43.img")));
    assertThat(PagesAside.of(images)).isEmpty();
    assertThat(Files.readAllBytes(images.resolve("pagemap-42.img"))).isEqualTo(before.get(0));
    assertThat(Files.readAllBytes(images.resolve("pagemap-43.img"))).isEqualTo(before.get(1));
  }
}
