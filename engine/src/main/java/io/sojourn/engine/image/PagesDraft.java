package io.sojourn.engine.image;

import io.sojourn.engine.linux.SplicedFile;
import io.sojourn.engine.linux.StreamPair;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One {@code pages-N.img} while it comes, by one thread: first into memory, then into its file. */
final class PagesDraft implements AutoCloseable {
  private final PageMemory memory;
  private final Path path;
  private final List<ByteBuffer> chunks = new ArrayList<>();
  private @Nullable SplicedFile file;

  PagesDraft(PageMemory memory, Path path) {
    this.memory = memory;
    this.path = path;
  }

  void take(StreamPair from, long bytes) throws IOException {
    if (file != null) {
      file.fill(from, bytes);
      return;
    }
    for (long left = bytes; left > 0; ) {
      ByteBuffer room = room();
      int part = (int) Math.min(left, room.remaining());
      if (!from.receive(room.slice(room.position(), part)))
        throw new EOFException("the other end was closed");
      room.position(room.position() + part);
      left -= part;
    }
  }

  /** Where the next bytes are to be put: never full. */
  private ByteBuffer room() {
    if (!chunks.isEmpty()) {
      ByteBuffer last = chunks.get(chunks.size() - 1);
      if (last.hasRemaining()) return last;
    }
    ByteBuffer next = memory.take();
    chunks.add(next);
    return next;
  }

  /** What has come, and what comes, goes into the file. */
  void intoFile() throws IOException {
    if (file != null) return;
    write();
    file = SplicedFile.open(path, Files.size(path));
    chunks.forEach(memory::giveBack);
    chunks.clear();
  }

  private void write() throws IOException {
    try (FileChannel all =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (ByteBuffer chunk : chunks)
        for (ByteBuffer rest = chunk.duplicate().flip(); rest.hasRemaining(); ) all.write(rest);
    }
  }

  /**
   * Everything that has come, to be read in any order; the file is free for what takes its place.
   */
  FileChannel aside() throws IOException {
    intoFile();
    if (file != null) file.close();
    FileChannel all = FileChannel.open(path, StandardOpenOption.READ);
    Files.delete(path);
    return all;
  }

  /** What has taken the place of what has come. */
  Path path() {
    return path;
  }

  /** Stores what is in no file yet; packed, where that is wanted and makes it smaller. */
  void store(boolean packed) throws IOException {
    if (file == null) {
      if (!packed || !PackedPages.pack(flipped(), path)) write();
    } else if (packed) {
      if (PackedPages.pack(List.of(mapped()), path)) Files.delete(path);
    }
  }

  private List<ByteBuffer> flipped() {
    return chunks.stream().map(chunk -> chunk.duplicate().flip()).toList();
  }

  private ByteBuffer mapped() throws IOException {
    try (FileChannel all = FileChannel.open(path)) {
      return all.map(FileChannel.MapMode.READ_ONLY, 0, all.size());
    }
  }

  @Override
  public void close() {
    if (file != null) file.close();
  }
}
