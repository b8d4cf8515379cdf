package io.sojourn.engine.criu;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Signals that wait for a process in its image. See images/core.proto and siginfo.proto of CRIU:
 * what waits for the process as a whole is in its first thread's file, each as a siginfo_t, which
 * begins with its number. Without those of POSIX timers: an execve takes them from the process.
 *
 * @param shared how many of each number wait for the process
 * @param first likewise, for its first thread alone
 */
public record PendingSignals(Map<Integer, Integer> shared, Map<Integer, Integer> first) {
  private static final int TASK = 3, SHARED = 10;
  private static final int THREAD = 5, PRIVATE = 9;

  /** In a siginfo_t, in bytes. */
  private static final int NUMBER = 0, CODE = 8;

  private static final int SI_TIMER = -2;

  /**
   * @param pid the process's innermost number
   */
  public static PendingSignals of(Path images, int pid) throws IOException {
    UnknownFieldSet core = ImageEntries.read(images.resolve("core-" + pid + ".img")).get(0);
    return new PendingSignals(queue(core, TASK, SHARED), queue(core, THREAD, PRIVATE));
  }

  private static Map<Integer, Integer> queue(UnknownFieldSet core, int owner, int queue)
      throws IOException {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (ByteString one : core.getField(owner).getLengthDelimitedList())
      for (ByteString all : fields(one, queue))
        for (ByteString entry : fields(all, 1))
          for (ByteString info : fields(entry, 1)) {
            ByteBuffer signal = info.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            if (signal.getInt(CODE) != SI_TIMER)
              counts.merge(signal.getInt(NUMBER), 1, Integer::sum);
          }
    return counts;
  }

  private static Iterable<ByteString> fields(ByteString message, int field) throws IOException {
    return UnknownFieldSet.parseFrom(message).getField(field).getLengthDelimitedList();
  }

  /** How many of each number there are in both. */
  public Map<Integer, Integer> all() {
    Map<Integer, Integer> all = new TreeMap<>(shared);
    first.forEach((number, count) -> all.merge(number, count, Integer::sum));
    return all;
  }
}
