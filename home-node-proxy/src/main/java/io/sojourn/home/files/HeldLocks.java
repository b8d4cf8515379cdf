package io.sojourn.home.files;

import java.io.IOException;
import java.util.List;

/**
 * The locks that a process of home holds in the task's place: they are the task's own, so they are
 * not in its way. At first the process is the task itself, which stands still while it is restored
 * elsewhere; then its deputy.
 */
public interface HeldLocks {
  /** A task for which nobody holds anything. */
  HeldLocks NONE =
      new HeldLocks() {
        @Override
        public int process() {
          return 0;
        }

        @Override
        public List<Integer> locked() {
          return List.of();
        }

        @Override
        public int duplicate(int number) throws IOException {
          throw new IOException("nobody has descriptor " + number);
        }

        @Override
        public void close(int number) {}
      };

  /** Its pid; 0 where there is none. */
  int process();

  /** Its descriptors through which, or on whose files, it holds locks. */
  List<Integer> locked();

  /** A descriptor of ours of the same open file. */
  int duplicate(int number) throws IOException;

  /** It closes that one, and holds no more record locks on its file. */
  void close(int number) throws IOException;
}
