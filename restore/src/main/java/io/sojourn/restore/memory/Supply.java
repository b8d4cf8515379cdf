package io.sojourn.restore.memory;

import java.util.List;

/** Whoever has the memory. Answers come by {@link LazyMemory#arrived}, in any order. */
public interface Supply extends AutoCloseable {
  /** A part of what a process had when it was dumped, in whole pages. */
  record Part(int process, long address, int length) {}

  /** Who is to get what has come. Before anything is asked for. */
  void to(LazyMemory memory);

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
