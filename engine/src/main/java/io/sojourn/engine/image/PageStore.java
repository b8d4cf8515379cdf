package io.sojourn.engine.image;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.sojourn.engine.linux.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a task on its way into an image. A small one stays in our memory until the task
 * runs on, and is packed then. Of a large one what is full is written while more comes; whoever
 * brings it waits only where the disk is far behind.
 */
public final class PageStore implements AutoCloseable {
  /** To unpack more takes longer than 50 ms, for which a restore would wait. */
  static final long SMALL = 64L << 20;

  private static final long LARGEST_HELD = 256L << 20;

  private final Path directory;
  private final PageMemory memory;
  private final List<PagesDraft> files = new ArrayList<>();
  private final List<PagemapDraft> pagemaps = new ArrayList<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(new DefaultThreadFactory("pages", true));

  private long taken;
  private volatile @Nullable IOException failure;

  /**
   * @param directory of the image
   */
  public PageStore(Path directory) {
    this.directory = directory;
    long mayHold = Memory.availableBytes() / 8;
    this.memory = new PageMemory(Math.min(LARGEST_HELD, Math.max(SMALL, mayHold)));
  }

  /** A process's memory, or a shared one's: by one thread, and one after another. */
  public final class Target {
    private final PagemapDraft pagemap;
    private final PagesDraft pages;

    private Target(PagemapDraft pagemap, PagesDraft pages) {
      this.pagemap = pagemap;
      this.pages = pages;
    }

    /** A range of so many pages; how many bytes of it follow. */
    public long range(long address, long count, int flags) {
      pagemap.add(address, count, flags);
      return (flags & PagemapFormat.PRESENT) == 0 ? 0 : count * PagemapFormat.PAGE;
    }

    /**
     * Where the next bytes are to be put, outside of the heap.
     *
     * @throws IOException where what came before cannot be written
     */
    public ByteBuffer room() throws IOException {
      return pages.room();
    }
  }

  /**
   * @param bytes how much will come, as far as is known
   */
  public void prepare(long bytes) {
    memory.prepare(Math.min(bytes, SMALL));
  }

  /**
   * @param pagemap file name of the image that says where the memory was
   */
  public Target open(String pagemap) {
    int number = files.size() + 1;
    PagesDraft pages = new PagesDraft(this, directory.resolve("pages-" + number + ".img"));
    PagemapDraft ranges = new PagemapDraft(directory.resolve(pagemap), number);
    files.add(pages);
    pagemaps.add(ranges);
    return new Target(ranges, pages);
  }

  ByteBuffer chunk() throws IOException {
    if (large(++taken))
      for (PagesDraft file : files)
        for (ByteBuffer full : file.takeFull()) writer.execute(() -> write(file, full));
    fail();
    try {
      return memory.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e.getMessage(), e);
    }
  }

  private static boolean large(long chunks) {
    return chunks * PageMemory.CHUNK > SMALL;
  }

  private void write(PagesDraft file, ByteBuffer chunk) {
    try {
      if (failure == null) file.append(chunk);
    } catch (IOException e) {
      failure = e;
    } finally {
      memory.giveBack(chunk);
    }
  }

  private void fail() throws IOException {
    IOException failed = failure;
    if (failed != null) throw failed;
  }

  /**
   * Everything has come: writes what is not written.
   *
   * @throws IOException when the disk is full or fails
   */
  public void store() throws IOException {
    finishWriting();
    fail();
    for (PagesDraft file : files) {
      if (large(taken)) file.writeRest();
      else file.pack();
    }
    for (PagemapDraft pagemap : pagemaps) pagemap.write();
  }

  private void finishWriting() {
    writer.shutdown();
    for (boolean done = false; !done; ) {
      try {
        done = writer.awaitTermination(1, TimeUnit.HOURS);
      } catch (InterruptedException e) {
        // Its memory must not go while it writes.
        writer.shutdownNow();
      }
    }
  }

  /** Gives the memory back. Nobody may bring anything any more. */
  @Override
  public void close() {
    writer.shutdownNow();
    finishWriting();
    memory.close();
  }
}
