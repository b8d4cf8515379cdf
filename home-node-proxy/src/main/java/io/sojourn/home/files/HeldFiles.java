package io.sojourn.home.files;

import java.io.IOException;
import java.util.List;

/**
 * What a process of home has open in the task's place: it is the task's own, so its locks are not
 * in the task's way, and the task may have it open, whatever its user may open. At first the
 * process is the task itself, which stands still while it is restored elsewhere; then its deputy.
 */
public interface HeldFiles {
  /** Of a task for which nobody has anything open. */
  HeldFiles NONE =
      new HeldFiles() {
        @Override
        public int process() {
          return 0;
        }

        @Override
        public List<Integer> locked() {
          return List.of();
        }

        @Override
        public List<Integer> open() {
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

  /** Its descriptors of regular files. */
  List<Integer> open();

  /** A descriptor of ours of the same open file. */
  int duplicate(int number) throws IOException;

  /** It closes that one, and holds no more record locks on its file. */
  void close(int number) throws IOException;
}
