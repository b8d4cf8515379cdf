package io.sojourn.engine.image;

import io.sojourn.engine.linux.MemoryCopy;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The pages of a process that came from CRIU, and those that are in a copy of the process, as one:
 * CRIU's restore goes through a pagemap once, from low addresses to high ones.
 */
final class CompletedPages {
  private static final int BUFFER = 4 << 20;

  private final MemoryCopy copy;
  private final List<MemoryCopy.Run> left;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

  CompletedPages(MemoryCopy copy, List<MemoryCopy.Run> left) {
    this.copy = copy;
    this.left = left;
  }

  /**
   * An entry of the new pagemap.
   *
   * @param place of its pages among those that came; -1: they are in the copy
   */
  private record Piece(PagemapDraft.Entry entry, long place) {}

  /** Returns how many bytes were in the copy. */
  long complete(PagemapDraft pagemap, PagesDraft pages) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    long place = 0;
    for (PagemapDraft.Entry entry : pagemap.entries()) {
      pieces.add(new Piece(entry, place));
      place += entry.bytes();
    }
    for (MemoryCopy.Run range : left)
      for (MemoryCopy.Run run : copy.present(range.start(), range.end()))
        pieces.add(new Piece(entry(run), -1));
    pieces.sort(Comparator.comparingLong(piece -> piece.entry().address()));
    refuseOverlap(pieces);
    write(pieces, pages);
    pagemap.replace(pieces.stream().map(Piece::entry).toList());
    return pieces.stream()
        .filter(piece -> piece.place() < 0)
        .mapToLong(piece -> piece.entry().bytes())
        .sum();
  }

  private static PagemapDraft.Entry entry(MemoryCopy.Run run) {
    return new PagemapDraft.Entry(
        run.start(),
        (run.end() - run.start()) / PagemapFormat.PAGE,
        PagemapFormat.PRESENT | PagemapFormat.LAZY);
  }

  private static void refuseOverlap(List<Piece> pieces) throws IOException {
    for (int i = 1; i < pieces.size(); i++)
      if (pieces.get(i).entry().address() < pieces.get(i - 1).entry().end())
        throw new IOException("memory came twice at " + pieces.get(i).entry().address());
  }

  private void write(List<Piece> pieces, PagesDraft pages) throws IOException {
    try (FileChannel came = pages.aside();
        FileChannel all =
            FileChannel.open(
                pages.path(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (Piece piece : pieces)
        if (piece.place() < 0) fromCopy(piece.entry(), all);
        else move(came, piece.place(), piece.entry().bytes(), all);
    }
  }

  private void fromCopy(PagemapDraft.Entry entry, FileChannel all) throws IOException {
    for (long at = entry.address(); at < entry.end(); at += BUFFER) {
      buffer.clear().limit((int) Math.min(BUFFER, entry.end() - at));
      copy.read(at, buffer);
      for (buffer.flip(); buffer.hasRemaining(); ) all.write(buffer);
    }
  }

  private static void move(FileChannel from, long place, long bytes, FileChannel to)
      throws IOException {
    for (long moved = 0; moved < bytes; ) {
      long count = from.transferTo(place + moved, bytes - moved, to);
      if (count <= 0) throw new EOFException("what CRIU has sent is not there any more");
      moved += count;
    }
  }
}
