package io.sojourn.home.net;

import io.sojourn.engine.linux.Reservoir;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mapped file with what the next daemon must know of a task's pipes and terminals: a place each.
 * What is stored there is the file's at once, whatever becomes of this process.
 */
final class PipeLedger {
  private static final int PLACES = 256, SIZE = 128;
  private static final long FREE = 0, TAKEN = -1;
  private static final int KIND = 8, NUMBER = 12, HELD = 16, MARK = 24, MODES = 32;
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** Which way bytes go, of a pipe's stream; and that of a terminal's modes. */
  enum Kind {
    TO_TASK,
    FROM_TASK,
    CONTROL
  }

  private final MappedByteBuffer memory;

  private PipeLedger(MappedByteBuffer memory) {
    this.memory = memory;
  }

  /** A new one, in place of any old one. */
  static PipeLedger begin(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(file);
    // Written, not only made long: a page that a full tmpfs cannot give would be a SIGBUS later.
    Files.write(file, new byte[PLACES * SIZE]);
    return map(file);
  }

  /** An earlier daemon's; a new one where that has left none. */
  static PipeLedger found(Path file) throws IOException {
    boolean there = Files.exists(file) && Files.size(file) == PLACES * SIZE;
    if (!there) return begin(file);
    PipeLedger found = map(file);
    // What that daemon was about to begin with, nobody has.
    for (int at = 0; at < PLACES * SIZE; at += SIZE)
      if (found.memory.getLong(at) == TAKEN) found.memory.putLong(at, FREE);
    return found;
  }

  private static PipeLedger map(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, PLACES * SIZE);
      memory.order(ByteOrder.nativeOrder());
      return new PipeLedger(memory);
    }
  }

  /** One that is free, and not any more; null where there are too many. */
  synchronized @Nullable Place take() {
    for (int at = 0; at < PLACES * SIZE; at += SIZE)
      if ((long) LONG.getAcquire(memory, at) == FREE) {
        memory.putLong(at, TAKEN);
        return of(at);
      }
    return null;
  }

  synchronized List<Place> all() {
    List<Place> all = new ArrayList<>();
    for (int at = 0; at < PLACES * SIZE; at += SIZE)
      if ((long) LONG.getAcquire(memory, at) > FREE) all.add(of(at));
    return all;
  }

  private Place of(int at) {
    return new Place(memory.slice(at, SIZE).order(ByteOrder.nativeOrder()));
  }

  /** One stream's. */
  static final class Place implements Reservoir.Mark {
    private final ByteBuffer at;

    private Place(ByteBuffer at) {
      this.at = at;
    }

    /** From now on the next daemon goes on with it. */
    void begins(long stream, Kind kind, int number, int held) {
      at.putInt(KIND, kind.ordinal()).putInt(NUMBER, number).putInt(HELD, held);
      LONG.setRelease(at, 0, stream);
    }

    void over() {
      LONG.setRelease(at, 0, FREE);
    }

    long stream() {
      return at.getLong(0);
    }

    Kind kind() {
      return Kind.values()[at.getInt(KIND)];
    }

    /** As the task has it. */
    int number() {
      return at.getInt(NUMBER);
    }

    /** Under which number the deputy has what its bytes pass through. */
    int held() {
      return at.getInt(HELD);
    }

    /** A terminal's, as the task has set them. */
    byte[] modes() {
      byte[] modes = new byte[HomeTerminal.TERMIOS];
      at.get(MODES, modes);
      return modes;
    }

    void modes(byte[] modes) {
      at.put(MODES, modes);
    }

    @Override
    public long get() {
      return (long) LONG.getAcquire(at, MARK);
    }

    @Override
    public void set(long value) {
      LONG.setRelease(at, MARK, value);
    }
  }
}
