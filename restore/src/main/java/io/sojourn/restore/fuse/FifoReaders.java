package io.sojourn.restore.fuse;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.protocol.files.Entry;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * FIFOs from which the task has read up to the end. Until it closes them home stands there as a
 * reader for it, and not a moment longer: somebody might write to nobody. One thread's.
 */
final class FifoReaders {
  /**
   * One of them.
   *
   * @param atHome number of home's end
   * @param process that has opened it
   */
  record One(Pending asked, Entry file, int atHome, int process) {
    /** By its name: to open it would be to stand for somebody at home. */
    private boolean isOpen() {
      String name = "/" + asked.name().toStringUtf8();
      return Descriptor.of(process).stream().anyMatch(held -> held.path().endsWith(name));
    }
  }

  private final BiConsumer<One, Runnable> giveUp;
  private final Queue<One> ended = new ConcurrentLinkedQueue<>();

  /** By node: how many of home's answers are still to come. */
  private final Map<Long, Integer> going = new HashMap<>();

  /**
   * @param giveUp has home let go of one, and tells when it has
   */
  FifoReaders(BiConsumer<One, Runnable> giveUp) {
    this.giveUp = giveUp;
  }

  /** Nothing more will come for it. */
  void ended(One one) {
    ended.add(one);
    look();
  }

  /** Lets go of those that the task has closed. */
  void look() {
    for (One one : ended)
      if (!one.isOpen()) {
        ended.remove(one);
        going.merge(one.file().getNode(), 1, Integer::sum);
        giveUp.accept(one, () -> going.computeIfPresent(one.file().getNode(), FifoReaders::less));
      }
  }

  private static @Nullable Integer less(Long node, Integer count) {
    return count == 1 ? null : count - 1;
  }

  /** Whether home stands for nobody at this file who has closed it. */
  boolean gone(long node) {
    look();
    return !going.containsKey(node);
  }
}
