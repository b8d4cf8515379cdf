package io.sojourn.restore.memory;

import io.sojourn.engine.image.LazyPages;
import io.sojourn.engine.image.PagesAside;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.ProcessMemory;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Brings a task's memory from where it was dumped, while CRIU restores the task without it. What
 * comes before the processes are there lies in a file of a tmpfs: to write there is cheap, where to
 * touch memory that is new to the machine is not. What comes later goes into them at once. They
 * stand still until all of it is in its place.
 */
public final class MemoryAhead implements Supply.Receiver, AutoCloseable {
  private static final int CHUNK = 256 << 10;
  private static final int MOST_PARTS = 64;

  /** On its way when CRIU is done: it asks home for no file any more, behind what comes. */
  private static final int WIDE = 8 << 20;

  private record Range(int process, long start, long end) {}

  private final Supply supply;
  private final Path file;
  private final FileChannel early;
  private final long bytes;
  private final Deque<Range> toAsk = new ArrayDeque<>();
  private final Asked asked = new Asked();
  private final Pace pace = new Pace();
  private final Map<Integer, List<PagesAside.Run>> cameEarly = new TreeMap<>();
  private final Map<Integer, ProcessMemory> processes = new HashMap<>();
  private final CompletableFuture<Void> whole = new CompletableFuture<>();
  private ByteBuffer scratch = ByteBuffer.allocateDirect(CHUNK);
  private long earlyBytes;
  private long missing;
  private boolean there;
  private boolean over;
  private double waitedMillis;

  private MemoryAhead(Map<Integer, List<LazyPages>> pages, Path file, Supply supply)
      throws IOException {
    this.supply = supply;
    this.file = file;
    this.early = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    pages.forEach(
        (process, ranges) -> {
          cameEarly.put(process, new ArrayList<>());
          for (LazyPages range : ranges) toAsk.add(new Range(process, range.start(), range.end()));
        });
    bytes = toAsk.stream().mapToLong(range -> range.end() - range.start()).sum();
    missing = bytes;
  }

  /**
   * Takes what will be brought out of CRIU's hands, and begins to bring it.
   *
   * @param images the image's directory, whose pagemaps may be replaced
   * @param file to be made, on a tmpfs; removed when this is closed
   */
  public static MemoryAhead begin(Path images, Path file, Supply supply) throws IOException {
    MemoryAhead begun = new MemoryAhead(LazyPages.takeOut(images), file, supply);
    supply.to(begun);
    begun.proceed();
    return begun;
  }

  /** All that is brought. */
  public long bytes() {
    return bytes;
  }

  /**
   * Puts all of it into the processes, which stand still, and waits for what has not come.
   *
   * @param root the process from which all of the task's come
   * @param gone completes where they end
   * @throws OperationException it is not all in its place, and never will be
   */
  public void into(int root, CompletableFuture<?> gone) {
    long begun = System.nanoTime();
    Fill.of(makesRoom(root)).into(root);
    try {
      CompletableFuture.anyOf(whole, gone).join();
      if (!whole.isDone())
        throw OperationException.failed(
            "the restore ended before all of the task's memory had come",
            "see the log of the daemon there");
      whole.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof OperationException lost) throw lost;
      throw OperationException.failed(
          "the task's memory cannot be put in its place: " + failed.getCause(),
          "see the log of the daemon there",
          failed);
    }
    waitedMillis = (System.nanoTime() - begun) / 1e6;
  }

  /** For how long {@link #into} has kept the task from going on. */
  public double waitedMillis() {
    return waitedMillis;
  }

  /** From here on what comes goes into the processes; what has come already is told. */
  private synchronized List<PagesAside> makesRoom(int root) {
    Map<Integer, Integer> numbers = new HashMap<>();
    for (int pid : Proc.tree(root)) numbers.put(Proc.innermostPid(pid), pid);
    List<PagesAside> came = new ArrayList<>();
    cameEarly.forEach(
        (process, runs) -> {
          Integer pid = numbers.get(process);
          if (pid == null)
            throw OperationException.failed(
                "process " + process + " of the task is not there", "try again");
          processes.put(process, new ProcessMemory(pid));
          if (!runs.isEmpty()) came.add(new PagesAside(process, file, runs));
        });
    there = true;
    proceed();
    return came;
  }

  @Override
  public synchronized void arrived(
      int process, long address, int length, @Nullable ByteBuffer content) {
    if (over) return;
    try {
      Asked.Open open = asked.remove(process, address);
      if (open == null || open.length() != length)
        throw new IOException("what came was not asked for");
      if (content != null) put(process, address, direct(content));
      pace.arrived(length, open.since(), System.nanoTime());
      missing -= length;
      proceed();
    } catch (IOException failed) {
      over = true;
      whole.completeExceptionally(failed);
    }
  }

  private ByteBuffer direct(ByteBuffer content) {
    if (scratch.capacity() < content.remaining())
      scratch = ByteBuffer.allocateDirect(content.remaining());
    return scratch.clear().put(content.duplicate()).flip();
  }

  /** New memory is zeros; so nothing is put where zeros came. */
  private void put(int process, long address, ByteBuffer content) throws IOException {
    int length = content.remaining();
    ProcessMemory memory = processes.get(process);
    if (there && memory != null) {
      memory.write(content, List.of(new ProcessMemory.Part(address, length)));
      return;
    }
    List<PagesAside.Run> runs = cameEarly.get(process);
    if (runs == null) throw new IOException("process " + process + " is none of the image's");
    runs.add(new PagesAside.Run(address, earlyBytes, length));
    while (content.hasRemaining()) early.write(content, earlyBytes + content.position());
    earlyBytes += length;
  }

  /** Asks for as much as may be on its way, or is done. */
  private synchronized void proceed() {
    if (over || whole.isDone()) return;
    if (missing == 0) {
      supply.whole();
      whole.complete(null);
      return;
    }
    int window = there ? WIDE : pace.window();
    int chunk = there ? CHUNK : pace.chunk();
    List<Supply.Part> parts = new ArrayList<>();
    int length = 0;
    while (asked.bytes() + chunk <= window && !toAsk.isEmpty()) {
      Supply.Part part = next(chunk);
      asked.add(part);
      parts.add(part);
      length += part.length();
      if (length >= chunk || parts.size() >= MOST_PARTS) {
        supply.ask(parts, missing);
        parts = new ArrayList<>();
        length = 0;
      }
    }
    if (!parts.isEmpty()) supply.ask(parts, missing);
  }

  private Supply.Part next(int most) {
    Range range = toAsk.remove();
    int length = (int) Math.min(most, range.end() - range.start());
    if (range.start() + length < range.end())
      toAsk.addFirst(new Range(range.process(), range.start() + length, range.end()));
    return new Supply.Part(range.process(), range.start(), length);
  }

  @Override
  public void lost(Exception cause) {
    whole.completeExceptionally(cause);
  }

  @Override
  public void close() throws IOException {
    supply.close();
    synchronized (this) {
      over = true;
      for (ProcessMemory memory : processes.values()) memory.close();
      processes.clear();
    }
    Files.deleteIfExists(file);
    // The kernel takes its time to free what was in it, and a task waits for whoever closes this.
    var unused = CompletableFuture.runAsync(this::forgetEarly);
  }

  private synchronized void forgetEarly() {
    try {
      early.close();
    } catch (IOException alreadyGone) {
      // Nothing can be lost.
    }
  }
}
