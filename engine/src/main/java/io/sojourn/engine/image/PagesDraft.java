package io.sojourn.engine.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** One {@code pages-N.img} while it comes, by one thread. */
final class PagesDraft {
  private final PageStore store;
  private final Path path;
  private final List<ByteBuffer> chunks = new ArrayList<>();

  PagesDraft(PageStore store, Path path) {
    this.store = store;
    this.path = path;
  }

  /** Where the next bytes are to be put: never full. */
  ByteBuffer room() throws IOException {
    if (!chunks.isEmpty()) {
      ByteBuffer last = chunks.get(chunks.size() - 1);
      if (last.hasRemaining()) return last;
    }
    ByteBuffer next = store.chunk();
    chunks.add(next);
    return next;
  }

  /** Takes what is full, to be written. */
  List<ByteBuffer> takeFull() {
    List<ByteBuffer> full = chunks.stream().filter(chunk -> !chunk.hasRemaining()).toList();
    chunks.removeAll(full);
    return full;
  }

  /** Adds to what has been written. */
  void append(ByteBuffer chunk) throws IOException {
    chunk.flip();
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (chunk.hasRemaining()) file.write(chunk);
    }
  }

  /** Writes what is left, where some has been written. */
  void writeRest() throws IOException {
    for (ByteBuffer chunk : chunks) append(chunk);
    if (chunks.isEmpty() && !Files.exists(path)) Files.createFile(path);
  }

  /** Writes all of it packed, or as it is where that is not smaller. */
  void pack() throws IOException {
    List<ByteBuffer> bytes = chunks.stream().map(chunk -> chunk.duplicate().flip()).toList();
    if (!PackedPages.pack(bytes, path)) writeRest();
  }
}
