package io.sojourn.engine.criu;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.control.CopyOrder;
import io.sojourn.engine.image.PageStore;
import io.sojourn.engine.linux.MemoryCopy;
import io.sojourn.engine.linux.Orphans.Id;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A dump that leaves a task's large mappings to a copy of the task, which its agent makes while
 * CRIU holds it. They are stored when the task runs on. Where there is no copy, CRIU takes all of
 * the memory itself.
 */
public final class Snapshot implements AutoCloseable {
  private static final int RANGE = 16;

  private final ControlBlock task;
  private final CriuPlugin plugin;
  private final Path record;
  private final CopyOrder order;
  private @Nullable MemoryCopy memory;
  private List<MemoryCopy.Run> left = List.of();
  private @Nullable Id holder;
  private boolean passed;
  private boolean trouble;

  /**
   * Before the task is stopped.
   *
   * @param record a file to be made
   */
  public Snapshot(ControlBlock task, CriuPlugin plugin, Path record) {
    this.task = task;
    this.plugin = plugin;
    this.record = record;
    order = new CopyOrder(task, (int) ProcessHandle.current().pid());
  }

  /** CRIU with this in it. */
  CriuCommand command(CriuCommand criu) {
    List<String> words = new ArrayList<>(plugin.environment());
    words.add("SOJOURN_SNAPSHOT=%d:%d:%s".formatted(task.pid(), task.descriptor(), record));
    words.addAll(criu.words());
    return new CriuCommand(words, criu.asUser());
  }

  /** CRIU goes on without, whatever it waits for. */
  void cancel() {
    order.giveUp();
  }

  /** CRIU has come behind the moment at which a copy is made. */
  public void passed() {
    passed = true;
  }

  /**
   * CRIU has dumped the task and holds it still.
   *
   * @throws IOException where what CRIU has left out is gone
   */
  public void held() throws IOException {
    OptionalInt copy = order.made();
    if (copy.isEmpty()) return;
    trouble = true;
    memory = MemoryCopy.of(copy.getAsInt(), task.pid());
    holder = Id.of(copy.getAsInt());
    if (Files.exists(record)) {
      left = ranges(ByteBuffer.wrap(Files.readAllBytes(record)).order(ByteOrder.nativeOrder()));
      Files.delete(record);
    }
    trouble = false;
  }

  private static List<MemoryCopy.Run> ranges(ByteBuffer record) {
    List<MemoryCopy.Run> ranges = new ArrayList<>();
    while (record.remaining() >= RANGE)
      ranges.add(new MemoryCopy.Run(record.getLong(), record.getLong()));
    return ranges.stream().distinct().toList();
  }

  /**
   * Puts what CRIU has left out to what it has sent, and ends the copy.
   *
   * @throws IOException where the copy has ended, or the disk is full
   */
  public void complete(PageStore pages) throws IOException {
    try {
      if (memory != null && !left.isEmpty())
        pages.complete("pagemap-" + task.pid() + ".img", memory, left);
    } catch (MemoryCopy.GoneException gone) {
      trouble = true;
      throw gone;
    }
    close();
  }

  /** When it is closed: whether what went wrong would not have gone wrong without this. */
  public boolean troubled() {
    return trouble;
  }

  /** Who held the memory. */
  public Optional<Id> holder() {
    return Optional.ofNullable(holder);
  }

  /** Ends the copy. */
  @Override
  public void close() {
    if (!passed && order.asked()) trouble = true;
    // The copy of a dump that has failed, where it has come so far, ends itself.
    order.end();
    if (memory != null) memory.close();
    memory = null;
  }
}
