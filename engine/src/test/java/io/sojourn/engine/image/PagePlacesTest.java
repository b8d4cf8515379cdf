package io.sojourn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.image.PagePlaces.Copy;
import io.sojourn.engine.image.PagePlaces.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagePlacesTest {
  private static final int PAGE = PagemapFormat.PAGE;
  private static final int PRESENT = PagemapFormat.PRESENT, LAZY = PagemapFormat.LAZY;
  private static final long HEAP = 0x100000, CODE = 0x10000, OTHER = 0x2000000;

  /** One page has changed, then 32 have, and what lies behind them was not there. */
  private static final PagePlaces PLACES =
      new PagePlaces(
          List.of(
              new Place(HEAP, 10 * PAGE, Copy.EARLIER, 5 * PAGE),
              new Place(HEAP + 10 * PAGE, PAGE, Copy.LAST, 0),
              new Place(HEAP + 11 * PAGE, 20 * PAGE, Copy.EARLIER, 16 * PAGE),
              new Place(HEAP + 31 * PAGE, 32 * PAGE, Copy.LAST, PAGE),
              new Place(HEAP + 63 * PAGE, PAGE, Copy.EARLIER, 68 * PAGE),
              new Place(OTHER, 2 * PAGE, Copy.EARLIER, 70 * PAGE)));

  @TempDir private Path images;

  private void pagemap() throws IOException {
    PagemapDraft draft = new PagemapDraft(images.resolve("pagemap-42.img"), 3);
    draft.add(CODE, 20, PRESENT);
    draft.add(HEAP, 64, LAZY);
    draft.add(OTHER, 2, LAZY);
    draft.add(OTHER + 2 * PAGE, 1, PRESENT | LAZY);
    draft.write();
  }

  @Test
  void whatCriuHasLeftOutIsPutFromWhereItIs() throws IOException {
    pagemap();
    PLACES.write(images, 42);
    // Each time the same: a restore may fail and be tried again.
    for (int round = 0; round < 2; round++) {
      List<PagesAside> aside = PagesAside.of(images);
      assertThat(aside)
          .extracting(PagesAside::pages)
          .containsExactly(images.resolve("precopy-42.img"), images.resolve("lastcopy-42.img"));
      assertThat(aside).extracting(PagesAside::process).containsOnly(42);
      assertThat(aside.get(0).runs())
          .containsExactly(
              // With the page between the two, which the last copy replaces.
              new PagesAside.Run(HEAP, 5 * PAGE, 31 * PAGE),
              new PagesAside.Run(HEAP + 63 * PAGE, 68 * PAGE, PAGE),
              new PagesAside.Run(OTHER, 70 * PAGE, 2 * PAGE));
      assertThat(aside.get(1).runs())
          .containsExactly(
              new PagesAside.Run(HEAP + 10 * PAGE, 0, PAGE),
              new PagesAside.Run(HEAP + 31 * PAGE, PAGE, 32 * PAGE));
      Pagemap left = Pagemap.parse(Files.readAllBytes(images.resolve("pagemap-42.img")));
      assertThat(left.pagesId()).isEqualTo(3);
      assertThat(left.ranges())
          .containsExactly(
              new Pagemap.Range(CODE, CODE + 20 * PAGE, true, false),
              new Pagemap.Range(OTHER + 2 * PAGE, OTHER + 3 * PAGE, true, true));
    }
  }

  /** What is there between is none of the task's: memory that it has given back. */
  @Test
  void nothingIsPutWhereTheTaskHasNothing() {
    PagePlaces apart =
        new PagePlaces(
            List.of(
                new Place(HEAP, PAGE, Copy.EARLIER, 0),
                new Place(HEAP + 2 * PAGE, PAGE, Copy.EARLIER, 2 * PAGE)));
    assertThat(apart.in(Copy.EARLIER)).hasSize(2);
  }

  @Test
  void anImageWithoutPlacesForAllPagesIsRefused() throws IOException {
    pagemap();
    List<Place> places = PLACES.places();
    for (int missing = 0; missing < places.size(); missing++) {
      List<Place> rest = new java.util.ArrayList<>(places);
      rest.remove(missing);
      new PagePlaces(rest).write(images, 42);
      assertThatThrownBy(() -> PagesAside.of(images)).hasMessageContaining("nothing says where");
    }
    List<Place> more = new java.util.ArrayList<>(places);
    more.add(new Place(OTHER + 7 * PAGE, PAGE, Copy.LAST, 0));
    new PagePlaces(more).write(images, 42);
    assertThatThrownBy(() -> PagesAside.of(images)).hasMessageContaining("nobody has left out");
  }

  @Test
  void whatIsCutOffOrIsNoneIsRefused() throws IOException {
    PLACES.write(images, 42);
    byte[] whole = Files.readAllBytes(images.resolve("places-42.img"));
    assertThat(PagePlaces.parse(whole)).isEqualTo(PLACES);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> PagePlaces.parse(cut)).isInstanceOf(IOException.class);
    }
    byte[] unknown = whole.clone();
    unknown[8 + 16] = 7;
    assertThatThrownBy(() -> PagePlaces.parse(unknown)).hasMessageContaining("copy 7");
  }
}
