package io.sojourn.restore.fuse;

import io.sojourn.engine.files.FileCalls;
import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A thread that is in the middle of open(2), as /proc/PID/syscall shows it: FUSE is not told for
 * what a name is looked up.
 */
final class OpeningThread {
  /** Numbers of asm/unistd_64.h. */
  private static final String OPEN = "2", OPENAT = "257";

  private static final String RUNNING = "running";

  private final int process;
  private final Path file;
  private final String call;
  private final int flags;

  private OpeningThread(int process, Path file, String call, int flags) {
    this.process = process;
    this.file = file;
    this.call = call;
    this.flags = flags;
  }

  /**
   * @param thread which waits for an answer of ours
   * @return empty where it is in another call, or opens nothing that is read or written
   */
  static Optional<OpeningThread> of(int thread) {
    Path file = Path.of("/proc/" + thread + "/syscall");
    String call = read(file);
    String[] words = call.split(" ");
    int at = words[0].equals(OPENAT) ? 3 : words[0].equals(OPEN) ? 2 : 0;
    if (at == 0 || words.length <= at) return Optional.empty();
    int flags = (int) Long.parseUnsignedLong(words[at].substring(2), 16);
    boolean reads = (flags & FileCalls.O_ACCMODE) == FileCalls.O_RDONLY;
    boolean writes = (flags & FileCalls.O_ACCMODE) == FileCalls.O_WRONLY;
    if ((flags & FileCalls.O_PATH) != 0 || !reads && !writes) return Optional.empty();
    return Optional.of(new OpeningThread(Proc.processOf(thread), file, call, flags));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException ended) {
      return "";
    }
  }

  /** That it is a thread of. */
  int process() {
    return process;
  }

  boolean writes() {
    return (flags & FileCalls.O_ACCMODE) == FileCalls.O_WRONLY;
  }

  /** Whether it waits for nobody. */
  boolean atOnce() {
    return (flags & FileCalls.O_NONBLOCK) != 0;
  }

  /** Whether it is in that call still, as far as can be seen. */
  boolean goesOn() {
    String now = read(file);
    return now.equals(call) || now.equals(RUNNING);
  }
}
