package io.sojourn.engine.criu;

import io.sojourn.engine.control.ControlBlock;
import io.sojourn.engine.image.PageStore;
import io.sojourn.engine.linux.MemoryCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A dump that leaves a task's large mappings to a copy of the task, which its agent makes while
 * CRIU holds it. They are stored when the task runs on. Whatever is not as it should be, CRIU takes
 * all of the memory itself.
 */
public final class Snapshot implements AutoCloseable {
  private static final int RANGE = 16;

  private final ControlBlock task;
  private final Path plugin;
  private final Path record;
  private @Nullable MemoryCopy memory;
  private List<MemoryCopy.Run> left = List.of();

  /**
   * @param plugin ckpt-criu.so, alone in its directory
   * @param record a file to be made
   */
  public Snapshot(ControlBlock task, Path plugin, Path record) {
    this.task = task;
    this.plugin = plugin;
    this.record = record;
    task.keeper((int) ProcessHandle.current().pid());
  }

  /** CRIU with this in it. */
  CriuCommand command(CriuCommand criu) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "CRIU_LIBS_DIR=" + plugin.getParent(),
                "LD_PRELOAD=" + plugin,
                "SOJOURN_SNAPSHOT=%d:%d:%s".formatted(task.pid(), task.descriptor(), record)));
    words.addAll(criu.words());
    return new CriuCommand(words, criu.asUser());
  }

  /** CRIU has dumped the task and holds it still. */
  public void held() throws IOException {
    OptionalInt copy = task.snapshot();
    if (copy.isEmpty()) return;
    memory = MemoryCopy.of(copy.getAsInt(), task.pid());
    if (!Files.exists(record)) return;
    ByteBuffer ranges = ByteBuffer.wrap(Files.readAllBytes(record)).order(ByteOrder.nativeOrder());
    List<MemoryCopy.Run> runs = new ArrayList<>();
    while (ranges.remaining() >= RANGE)
      runs.add(new MemoryCopy.Run(ranges.getLong(), ranges.getLong()));
    left = runs.stream().distinct().toList();
    Files.delete(record);
  }

  /** Puts what CRIU has left out to what it has sent. */
  public void complete(PageStore pages) throws IOException {
    if (memory != null && !left.isEmpty())
      pages.complete("pagemap-" + task.pid() + ".img", memory, left);
  }

  /** Ends the copy. */
  @Override
  public void close() {
    try {
      if (memory == null) held();
    } catch (IOException gone) {
      // It ended, or was never there.
    }
    if (memory != null) memory.close();
    memory = null;
  }
}
