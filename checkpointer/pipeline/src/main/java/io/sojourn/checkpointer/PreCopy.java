package io.sojourn.checkpointer;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.CopyOrder;
import io.sojourn.engine.image.LazyPages;
import io.sojourn.engine.image.PagePlaces;
import io.sojourn.engine.image.PagePlaces.Copy;
import io.sojourn.engine.image.PagePlaces.Place;
import io.sojourn.engine.linux.Mapping;
import io.sojourn.engine.linux.MemoryCopy;
import io.sojourn.engine.linux.MemoryCopy.Run;
import io.sojourn.engine.linux.Orphans;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.ProcessMemory;
import io.sojourn.engine.linux.SharedPages;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * A task's memory as it was a moment ago, held by a copy of its process, while the task runs on: it
 * can be sent before the task stands still. Then only what has changed since is missing: pages that
 * the task does not share with the copy any more.
 */
public final class PreCopy implements AutoCloseable {
  /** Said where it cannot be read any more. */
  public static final String GONE =
      "the task's memory is sent when it stands still, and not before: memory is short here, and"
          + " the copy of it has ended";

  private static final int PIECE = 1 << 20;

  /**
   * What is unchanged is in no more pieces than that: each costs some bytes of this process's heap,
   * and of those of the other node. Of more memory, shorter pieces count as changed.
   */
  private static final int MOST_RUNS = 128 << 10;

  private final ControlBlock task;
  private final CopyOrder order;
  private final int copy;
  private final MemoryCopy memory;
  private final Consumer<Orphans.Id> ended;
  private final Orphans.Id holder;
  private final int process;
  private final List<Run> runs = new ArrayList<>();

  /** Where each run begins among all. */
  private final List<Long> begins = new ArrayList<>();

  private final long length;

  /**
   * @param copy pid of the process that holds it; it is ended when this is closed
   * @param ended hears of that
   * @throws MemoryCopy.GoneException where it is gone already
   */
  PreCopy(ControlBlock task, CopyOrder order, int copy, Consumer<Orphans.Id> ended)
      throws MemoryCopy.GoneException {
    this.task = task;
    this.order = order;
    this.copy = copy;
    this.ended = ended;
    memory = MemoryCopy.of(copy, task.pid());
    holder = Orphans.Id.of(copy);
    process = Proc.innermostPid(task.pid());
    try {
      length = list();
    } catch (MemoryCopy.GoneException gone) {
      memory.close();
      throw gone;
    }
  }

  private long list() throws MemoryCopy.GoneException {
    long bytes = 0;
    for (Run mapping : Mapping.privateMemoryOf(copy))
      for (Run run : memory.present(mapping.start(), mapping.end())) {
        runs.add(run);
        begins.add(bytes);
        bytes += run.end() - run.start();
      }
    return bytes;
  }

  /** All that it has is one member of the image, from now on. */
  public Member member() {
    return Member.newBuilder().setName(Copy.EARLIER.member(process)).setSize(length).build();
  }

  /**
   * Reads of that member.
   *
   * @return how many bytes; at least one
   * @throws IOException where the copy has ended
   */
  public int read(ByteBuffer to, long place) throws IOException {
    int index = index(begins, place);
    Run run = runs.get(index);
    long address = run.start() + place - begins.get(index);
    int count = (int) Math.min(to.remaining(), run.end() - address);
    ByteBuffer part = to.slice(to.position(), count);
    memory.read(address, part);
    to.position(to.position() + count);
    return count;
  }

  /** Of the last that is not larger; -1 where all are. */
  private static int index(List<Long> ascending, long value) {
    int found = Collections.binarySearch(ascending, value);
    return found >= 0 ? found : -found - 2;
  }

  /**
   * The task was dumped without memory, and stands still: the image gets what has changed, and
   * where all is.
   */
  public void complete(Path image) throws IOException {
    for (int pid : Proc.tree(task.pid())) {
      int number = Proc.innermostPid(pid);
      if (!Files.exists(image.resolve("pagemap-" + number + ".img"))) continue;
      List<LazyPages> left = LazyPages.of(image, number);
      if (left.isEmpty()) continue;
      List<Place> places = places(left, number == process ? unchanged(left) : List.of());
      copy(pid, places, image.resolve(Copy.LAST.member(number)));
      new PagePlaces(places).write(image, number);
    }
  }

  /** Nothing, where the copy has ended: memory has become short. */
  private List<Run> unchanged(List<LazyPages> left) {
    List<Run> unchanged = new ArrayList<>();
    long bytes = left.stream().mapToLong(range -> range.end() - range.start()).sum();
    try (SharedPages shared = new SharedPages(task.pid(), copy)) {
      for (LazyPages range : left)
        unchanged.addAll(shared.in(range.start(), range.end(), bytes / MOST_RUNS));
      return unchanged;
    } catch (IOException gone) {
      return List.of();
    }
  }

  private List<Place> places(List<LazyPages> left, List<Run> unchanged) {
    List<Long> starts = runs.stream().map(Run::start).toList();
    List<Place> places = new ArrayList<>();
    long last = 0;
    int next = 0;
    for (LazyPages range : left) {
      long at = range.start();
      for (; next < unchanged.size() && unchanged.get(next).start() < range.end(); next++)
        for (Run same = unchanged.get(next); same.start() < same.end(); ) {
          int index = index(starts, same.start());
          Run run = index < 0 ? new Run(0, 0) : runs.get(index);
          // Whatever is not among what was sent counts as changed.
          if (run.end() <= same.start()) break;
          if (at < same.start()) {
            places.add(new Place(at, same.start() - at, Copy.LAST, last));
            last += same.start() - at;
          }
          at = Math.min(same.end(), run.end());
          long place = begins.get(index) + same.start() - run.start();
          places.add(new Place(same.start(), at - same.start(), Copy.EARLIER, place));
          same = new Run(at, same.end());
        }
      if (at < range.end()) {
        places.add(new Place(at, range.end() - at, Copy.LAST, last));
        last += range.end() - at;
      }
    }
    return places;
  }

  private static void copy(int pid, List<Place> places, Path into) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);
    try (ProcessMemory from = new ProcessMemory(pid);
        FileChannel to =
            FileChannel.open(into, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      List<ProcessMemory.Part> parts = new ArrayList<>();
      int length = 0;
      for (Place place : places) {
        if (place.copy() != Copy.LAST) continue;
        for (long done = 0, count; done < place.length(); done += count) {
          if (length == PIECE || parts.size() == ProcessMemory.MOST_PARTS) {
            copy(from, parts, buffer.clear().limit(length), to);
            parts.clear();
            length = 0;
          }
          count = Math.min(PIECE - length, place.length() - done);
          parts.add(new ProcessMemory.Part(place.address() + done, count));
          length += (int) count;
        }
      }
      copy(from, parts, buffer.clear().limit(length), to);
    }
  }

  private static void copy(
      ProcessMemory from, List<ProcessMemory.Part> parts, ByteBuffer buffer, FileChannel to)
      throws IOException {
    if (parts.isEmpty()) return;
    from.read(buffer, parts);
    while (buffer.hasRemaining()) to.write(buffer);
  }

  private static void write(ByteBuffer buffer, FileChannel to) throws IOException {
    for (buffer.flip(); buffer.hasRemaining(); ) to.write(buffer);
    buffer.clear();
  }

  /** The image is to be restored on this node after all: it gets the member that was sent only. */
  public void into(Path image) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);
    try (FileChannel to =
        FileChannel.open(
            image.resolve(member().getName()),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE)) {
      for (long at = 0; at < length; ) {
        at += read(buffer, at);
        if (!buffer.hasRemaining() || at == length) write(buffer, to);
      }
    }
  }

  /** Whether it can still be read: where memory becomes short it is the first to go. */
  public boolean lives() {
    return Proc.startTicks(copy) == holder.startTicks() && Proc.state(copy) != 'Z';
  }

  @Override
  public void close() {
    order.end();
    memory.close();
    ended.accept(holder);
  }
}
