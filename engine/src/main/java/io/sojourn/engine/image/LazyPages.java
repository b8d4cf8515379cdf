package io.sojourn.engine.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A range of a process's memory that its image leaves out, to be brought after the restore; in
 * bytes, of whole pages.
 */
public record LazyPages(long start, long end) {
  /** All of a process, in order. */
  public static List<LazyPages> of(Path images, int process) throws IOException {
    return parse(Files.readAllBytes(images.resolve("pagemap-" + process + ".img")));
  }

  static List<LazyPages> parse(byte[] bytes) throws IOException {
    return Pagemap.parse(bytes).ranges().stream()
        .filter(range -> range.lazy() && !range.present())
        .map(range -> new LazyPages(range.start(), range.end()))
        .toList();
  }
}
