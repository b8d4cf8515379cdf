package io.sojourn.engine.image;

import io.sojourn.engine.linux.MemoryCopy;
import io.sojourn.engine.linux.StreamPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of a task on its way into an image. A small one stays in our memory until the task
 * runs on, and is packed then. A large one goes into files at once, by the kernel's hands alone.
 */
public final class PageStore implements AutoCloseable {
  /** To unpack more takes longer than 50 ms, for which a restore would wait. */
  static final long SMALL = 64L << 20;

  private final Path directory;
  private final PageMemory memory = new PageMemory();
  private final List<PagesDraft> files = new ArrayList<>();
  private final List<PagemapDraft> pagemaps = new ArrayList<>();

  private boolean large;
  private long taken;

  /**
   * @param directory of the image
   */
  public PageStore(Path directory) {
    this.directory = directory;
  }

  /** A process's memory, or a shared one's. One thread brings that of all. */
  public final class Target {
    private final PagemapDraft pagemap;
    private final PagesDraft pages;

    private Target(PagemapDraft pagemap, PagesDraft pages) {
      this.pagemap = pagemap;
      this.pages = pages;
    }

    /**
     * A range of so many pages, whose content follows where there is any.
     *
     * @throws IOException where it does not come, or cannot be written
     */
    public void range(long address, long count, int flags, StreamPair from) throws IOException {
      pagemap.add(address, count, flags);
      if ((flags & PagemapFormat.PRESENT) == 0) return;
      long bytes = count * PagemapFormat.PAGE;
      taken += bytes;
      if (taken > SMALL) intoFiles();
      pages.take(from, bytes);
    }
  }

  /**
   * @param bytes how much will come, as far as is known
   */
  public void prepare(long bytes) {
    large = bytes > SMALL;
    if (!large) memory.prepare(bytes);
  }

  /**
   * @param pagemap file name of the image that says where the memory was
   * @throws IOException where there can be no file
   */
  public Target open(String pagemap) throws IOException {
    int number = files.size() + 1;
    PagesDraft pages = new PagesDraft(memory, directory.resolve("pages-" + number + ".img"));
    PagemapDraft ranges = new PagemapDraft(directory.resolve(pagemap), number);
    files.add(pages);
    pagemaps.add(ranges);
    if (large) pages.intoFile();
    return new Target(ranges, pages);
  }

  /** There is more than was said. */
  private void intoFiles() throws IOException {
    if (large) return;
    large = true;
    for (PagesDraft file : files) file.intoFile();
  }

  /**
   * Puts to what has come of a process what was left out, in the order of addresses, as CRIU reads
   * it.
   *
   * @param pagemap file name of the image that says where the memory was
   * @param copy holds what was left out
   * @param left ranges of which nothing has come, none twice
   * @throws IOException where the copy has ended, or the disk is full
   */
  public void complete(String pagemap, MemoryCopy copy, List<MemoryCopy.Run> left)
      throws IOException {
    for (int i = 0; i < pagemaps.size(); i++)
      if (pagemaps.get(i).isCalled(pagemap)) {
        taken += new CompletedPages(copy, left).complete(pagemaps.get(i), files.get(i));
        return;
      }
    throw new IOException("nothing has come of " + pagemap);
  }

  /**
   * Everything has come: writes what is not written.
   *
   * @throws IOException when the disk is full or fails
   */
  public void store() throws IOException {
    for (PagesDraft file : files) file.store(taken <= SMALL);
    for (PagemapDraft pagemap : pagemaps) pagemap.write();
  }

  /** Gives the memory back. Nobody may bring anything any more. */
  @Override
  public void close() {
    files.forEach(PagesDraft::close);
    memory.close();
  }
}
