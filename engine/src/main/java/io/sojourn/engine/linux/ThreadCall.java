package io.sojourn.engine.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The system call that a thread is blocked in, from /proc/PID/task/TID/syscall.
 *
 * @param number -1 where it runs
 */
public record ThreadCall(int pid, int tid, String name, int number, List<Long> arguments) {
  private static final int SIZEOF_POLLFD = 8;
  private static final int MAX_POLLED = 64;

  public static ThreadCall of(int pid, int tid) {
    String name = Proc.threadName(pid, tid);
    String[] words = Proc.text(Proc.of(pid).resolve("task/" + tid + "/syscall")).strip().split(" ");
    if (words.length < 9 || words[0].startsWith("-"))
      return new ThreadCall(pid, tid, name, -1, List.of());
    List<Long> arguments = new ArrayList<>();
    for (int i = 1; i <= 6; i++) arguments.add(Long.parseUnsignedLong(words[i].substring(2), 16));
    return new ThreadCall(pid, tid, name, Integer.parseInt(words[0]), List.copyOf(arguments));
  }

  public long argument(int index) {
    return arguments.get(index);
  }

  /** The descriptors of a poll(2): read from the thread's memory. */
  public List<Integer> polled() {
    int count = (int) Math.min(argument(1), MAX_POLLED);
    ByteBuffer fds = ByteBuffer.allocate(count * SIZEOF_POLLFD).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel memory =
        FileChannel.open(Proc.of(pid).resolve("mem"), StandardOpenOption.READ)) {
      memory.read(fds, argument(0));
    } catch (IOException | IllegalArgumentException gone) {
      return List.of();
    }
    List<Integer> descriptors = new ArrayList<>();
    for (int at = 0; at + SIZEOF_POLLFD <= fds.position(); at += SIZEOF_POLLFD)
      if (fds.getInt(at) >= 0) descriptors.add(fds.getInt(at));
    return descriptors;
  }
}
