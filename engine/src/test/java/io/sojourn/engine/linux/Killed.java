package io.sojourn.engine.linux;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Passes bytes from a pipe to a file and from nowhere to a pipe, as fast as it can, until somebody
 * kills it; then another goes on. A byte of a stream is what its offset says.
 */
final class Killed {
  private Killed() {}

  static byte at(long offset) {
    return (byte) (offset * 31 + (offset >> 8) * 7);
  }

  private record Place(MappedByteBuffer memory, int at) implements Reservoir.Mark {
    @Override
    public long get() {
      return memory.getLong(at);
    }

    @Override
    public void set(long value) {
      memory.putLong(at, value);
    }
  }

  /**
   * @param arguments a file for the marks; paths of pipes: source, what it passes through, target,
   *     what it passes through; the file
   */
  public static void main(String[] arguments) throws Exception {
    Epoll.ensureAvailability();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, wrong) -> {
          wrong.printStackTrace();
          Runtime.getRuntime().halt(1);
        });
    FileChannel marks =
        FileChannel.open(Path.of(arguments[0]), StandardOpenOption.READ, StandardOpenOption.WRITE);
    MappedByteBuffer memory = marks.map(FileChannel.MapMode.READ_WRITE, 0, 16);
    memory.order(ByteOrder.nativeOrder());
    FileChannel received =
        FileChannel.open(Path.of(arguments[5]), StandardOpenOption.READ, StandardOpenOption.WRITE);
    Thread output =
        new Thread(
            () -> {
              try {
                puts(
                    Reservoir.found(Path.of(arguments[4]), new Place(memory, 8)),
                    RawPipe.end(Path.of(arguments[3]), true));
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    output.start();
    System.out.println("begins");
    takes(
        Reservoir.found(Path.of(arguments[2]), new Place(memory, 0)),
        RawPipe.end(Path.of(arguments[1]), false),
        received);
  }

  /** The file is the other side: it has so much of the stream, and says so. */
  private static void takes(Reservoir through, RawSocket source, FileChannel file)
      throws IOException {
    KeptInput input = through.from(source);
    ByteBuffer buffer = ByteBuffer.allocateDirect(100_000);
    for (long next = through.first(); ; ) {
      int count = input.look(buffer.clear());
      if (count < 0) return;
      // There may be no room for more.
      if (count == 0) input.drop(Long.MAX_VALUE);
      if (count == 0) continue;
      // What it has already is not sent again, but must be what it was.
      buffer.position((int) Math.min(count, Math.max(0, file.size() - next)));
      next += count;
      while (buffer.hasRemaining()) file.write(buffer, next - buffer.remaining());
      // In small steps: so most of the time is in what a kill could cut in two.
      for (long left = next < file.size() ? 0 : count / 2 + 1; left > 0; left -= 100)
        input.drop(Math.min(left, 100));
    }
  }

  private static void puts(Reservoir through, RawSocket target) throws IOException {
    KeptOutput output = through.to(target);
    ByteBuffer buffer = ByteBuffer.allocateDirect(10_000);
    while (true) {
      long from = through.first();
      buffer.clear();
      for (int i = 0; i < buffer.capacity(); i++) buffer.put(i, at(from + i));
      output.write(buffer);
    }
  }
}
