package io.sojourn.repository;

import io.sojourn.engine.image.Pagemap;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of an image is stored together. Memory is cut by address; other large files by offset; small
 * ones, of which there is one a thread, make one file of many.
 */
final class ImageFiles {
  private static final long SMALL = 64 << 10;
  private static final int BUNDLE = 1 << 20;

  /**
   * @param members one after another
   * @param segments of all of that; each lies in one member, or is the whole
   */
  record Together(List<Member> members, List<Segment> segments) {}

  private ImageFiles() {}

  /**
   * @param directory the image as CRIU reads it
   */
  static List<Together> of(Path directory, List<Member> members, int chunk) throws IOException {
    Map<String, Pagemap> pagemaps = pagemaps(directory);
    List<Together> files = new ArrayList<>();
    List<Member> bundle = new ArrayList<>();
    long bundled = 0;
    for (Member member : members) {
      Pagemap pagemap = pagemaps.get(member.getName());
      if (pagemap == null && member.getSize() <= SMALL) {
        bundle.add(member);
        bundled += member.getSize();
      } else files.add(new Together(List.of(member), cuts(member, pagemap, chunk)));
      if (bundled >= BUNDLE) {
        files.add(together(bundle, bundled));
        bundle = new ArrayList<>();
        bundled = 0;
      }
    }
    if (!bundle.isEmpty()) files.add(together(bundle, bundled));
    return files;
  }

  private static List<Segment> cuts(Member member, @Nullable Pagemap pagemap, int chunk)
      throws IOException {
    return pagemap == null
        ? Cuts.of(member.getSize(), chunk)
        : Cuts.of(pagemap, member.getSize(), chunk);
  }

  private static Together together(List<Member> bundle, long size) {
    List<Segment> whole = size == 0 ? List.of() : List.of(new Segment(0, new int[] {(int) size}));
    return new Together(List.copyOf(bundle), whole);
  }

  private static Map<String, Pagemap> pagemaps(Path directory) throws IOException {
    Map<String, Pagemap> byPages = new HashMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "pagemap-*.img")) {
      for (Path file : all) {
        Pagemap pagemap = Pagemap.parse(Files.readAllBytes(file));
        byPages.put("pages-" + pagemap.pagesId() + ".img", pagemap);
      }
    }
    return byPages;
  }
}
