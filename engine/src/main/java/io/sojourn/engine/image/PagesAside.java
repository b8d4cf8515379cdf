package io.sojourn.engine.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pages of one process that are in an image, and that CRIU is not to restore: its pagemap does not
 * speak of them any more.
 *
 * @param process its number in the image
 * @param pages the file that has them
 */
public record PagesAside(int process, Path pages, List<Run> runs) {
  /**
   * Pages that follow each other in the process and in the file.
   *
   * @param address in the process
   * @param place in the file
   * @param length in bytes, as the other two are
   */
  public record Run(long address, long place, long length) {}

  /** What is shorter stays with CRIU: there are many of these, and little in them. */
  private static final long LEAST_RUN = 64 << 10;

  /** A process with less is not worth the way round. */
  private static final long LEAST = 4 << 20;

  private static final Pattern PAGEMAP = Pattern.compile("pagemap-([1-9][0-9]*)\\.img");

  /** Begins the name of a pagemap as it was: an image may be prepared more than once. */
  private static final String WHOLE = "whole-";

  /** Begins the name of one that is being written. */
  private static final String NEW = "new-";

  /** From a file of pages to the file of those of them that stay with CRIU. */
  private static final int KEPT = 1 << 20;

  /**
   * Puts aside what may be: CRIU marks memory that is the process's alone, and no file's, as what
   * could follow a restore.
   *
   * @param images a directory whose pagemaps may be replaced; its pages are not packed
   * @return to be put in this order: later ones replace some pages of earlier ones
   */
  public static List<PagesAside> of(Path images) throws IOException {
    List<PagesAside> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(images, "pagemap-*.img")) {
      for (Path file : files)
        if (PAGEMAP.matcher(file.getFileName().toString()).matches())
          all.addAll(ofOne(images, file));
    }
    return all;
  }

  private static List<PagesAside> ofOne(Path images, Path file) throws IOException {
    Path whole = file.resolveSibling(WHOLE + file.getFileName());
    Pagemap pagemap = Pagemap.parse(Files.readAllBytes(Files.exists(whole) ? whole : file));
    Optional<PagePlaces> copied = PagePlaces.of(images, number(file));
    if (copied.isPresent()) return copied(file, whole, pagemap, copied.get());
    List<Run> aside = new ArrayList<>(), staying = new ArrayList<>();
    List<PagemapDraft.Entry> entries = new ArrayList<>();
    long place = 0;
    for (Pagemap.Range range : pagemap.ranges()) {
      // Of another image, or brought by somebody else.
      if (!range.present()) return List.of();
      Run run = new Run(range.start(), place, range.end() - range.start());
      place += run.length();
      if (range.lazy() && run.length() >= LEAST_RUN) {
        aside.add(run);
      } else {
        staying.add(run);
        entries.add(entry(run, range.lazy()));
      }
    }
    if (aside.stream().mapToLong(Run::length).sum() < LEAST) return List.of();
    Path pages = pages(file, pagemap.pagesId());
    int kept = pagemap.pagesId() + KEPT;
    keep(pages, staying, pages(file, kept));
    replace(file, whole, kept, entries);
    return List.of(new PagesAside(number(file), pages, aside));
  }

  /** What CRIU has left out lies in files of its own; what it has written stays with it. */
  private static List<PagesAside> copied(Path file, Path whole, Pagemap pagemap, PagePlaces copied)
      throws IOException {
    copied.cover(pagemap);
    List<PagemapDraft.Entry> entries = new ArrayList<>();
    for (Pagemap.Range range : pagemap.ranges())
      if (range.present())
        entries.add(entry(new Run(range.start(), 0, range.end() - range.start()), range.lazy()));
    replace(file, whole, pagemap.pagesId(), entries);
    List<PagesAside> all = new ArrayList<>();
    int process = number(file);
    for (PagePlaces.Copy copy : PagePlaces.Copy.values()) {
      List<Run> runs = copied.in(copy);
      if (!runs.isEmpty())
        all.add(new PagesAside(process, file.resolveSibling(copy.member(process)), runs));
    }
    return all;
  }

  private static void replace(Path file, Path whole, int pages, List<PagemapDraft.Entry> entries)
      throws IOException {
    Path made = file.resolveSibling(NEW + file.getFileName());
    if (!Files.exists(whole)) {
      // Not moved: it may be a link to what is gone when the image is prepared once more.
      Files.copy(file, made, StandardCopyOption.REPLACE_EXISTING);
      Files.move(made, whole);
    }
    PagemapDraft draft = new PagemapDraft(made, pages);
    draft.replace(entries);
    draft.write();
    // In the name's place: the file itself may be an image's that others need.
    Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static PagemapDraft.Entry entry(Run run, boolean lazy) {
    return new PagemapDraft.Entry(
        run.address(),
        run.length() / PagemapFormat.PAGE,
        PagemapFormat.PRESENT | (lazy ? PagemapFormat.LAZY : 0));
  }

  private static Path pages(Path pagemap, int number) {
    return pagemap.resolveSibling("pages-" + number + ".img");
  }

  private static int number(Path pagemap) {
    Matcher name = PAGEMAP.matcher(pagemap.getFileName().toString());
    if (!name.matches()) throw new IllegalArgumentException(pagemap.toString());
    return Integer.parseInt(name.group(1));
  }

  private static void keep(Path pages, List<Run> staying, Path into) throws IOException {
    try (FileChannel from = FileChannel.open(pages, StandardOpenOption.READ);
        FileChannel to =
            FileChannel.open(
                into,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      for (Run run : staying)
        for (long moved = 0; moved < run.length(); ) {
          long count = from.transferTo(run.place() + moved, run.length() - moved, to);
          if (count <= 0) throw new IOException(pages + " is cut off");
          moved += count;
        }
    }
  }
}
