package io.sojourn.engine.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of a process's memory that its image leaves out, to be brought from where it was dumped;
 * in bytes, of whole pages.
 */
public record LazyPages(long start, long end) {
  private static final Pattern PAGEMAP = Pattern.compile("pagemap-([1-9][0-9]*)\\.img");

  /** Begins the name of a pagemap that is being written. */
  private static final String NEW = "new-";

  public long length() {
    return end - start;
  }

  /** All of a process, in order. */
  public static List<LazyPages> of(Path images, int process) throws IOException {
    return parse(Files.readAllBytes(images.resolve("pagemap-" + process + ".img")));
  }

  static List<LazyPages> parse(byte[] bytes) throws IOException {
    return of(Pagemap.parse(bytes));
  }

  private static List<LazyPages> of(Pagemap pagemap) {
    return pagemap.ranges().stream()
        .filter(range -> range.lazy() && !range.present())
        .map(range -> new LazyPages(range.start(), range.end()))
        .toList();
  }

  /**
   * Takes them out of the pagemaps, so that CRIU restores the processes without them, and does not
   * ask for them either.
   *
   * @param images a directory whose pagemaps may be replaced; a second time there is nothing left
   * @return of each process that has any, by its number in the image, in order
   */
  public static Map<Integer, List<LazyPages>> takeOut(Path images) throws IOException {
    Map<Integer, List<LazyPages>> taken = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(images, "pagemap-*.img")) {
      for (Path file : files) {
        Matcher name = PAGEMAP.matcher(file.getFileName().toString());
        if (!name.matches()) continue;
        Pagemap pagemap = Pagemap.parse(Files.readAllBytes(file));
        List<LazyPages> lazy = of(pagemap);
        if (lazy.isEmpty()) continue;
        replace(file, pagemap);
        taken.put(Integer.parseInt(name.group(1)), lazy);
      }
    }
    return taken;
  }

  /** What is present stays where it is, in a file of pages that has nothing else. */
  private static void replace(Path file, Pagemap pagemap) throws IOException {
    List<PagemapDraft.Entry> entries = new ArrayList<>();
    for (Pagemap.Range range : pagemap.ranges())
      if (range.present())
        entries.add(
            new PagemapDraft.Entry(
                range.start(),
                (range.end() - range.start()) / PagemapFormat.PAGE,
                PagemapFormat.PRESENT | (range.lazy() ? PagemapFormat.LAZY : 0)));
    Path made = file.resolveSibling(NEW + file.getFileName());
    PagemapDraft draft = new PagemapDraft(made, pagemap.pagesId());
    draft.replace(entries);
    draft.write();
    Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
