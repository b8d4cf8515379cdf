package io.sojourn.restore.memory;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whoever has the memory. Answers come by {@link Receiver#arrived}, in any order. */
public interface Supply extends AutoCloseable {
  /** A part of what a process had when it was dumped, in whole pages. */
  record Part(int process, long address, int length) {}

  /** Who puts it in its place. */
  interface Receiver {
    /**
     * A part has come that was asked for.
     *
     * @param content not to be changed any more; null: zeros
     */
    void arrived(int process, long address, int length, @Nullable ByteBuffer content);

    /** Whoever had the memory has it no more. */
    void lost(Exception cause);
  }

  /** Who is to get what has come. Before anything is asked for. */
  void to(Receiver memory);

  /**
   * Asks for parts. They are asked for once.
   *
   * @param left bytes that are still to come, these included
   */
  void ask(List<Part> parts, long left);

  /** Nothing more will be asked for: all is there. */
  void whole();

  /** The task is not here any more. */
  @Override
  void close();
}
