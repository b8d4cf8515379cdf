package io.sojourn.home.files;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Records in a mapped file: to write one is to store into memory, which is the file's own and so
 * outlives a process that is killed. A record counts from the moment its size is stored, which is
 * last: one that was cut short is not there. The file has two halves; where one is full, what still
 * matters goes to the other.
 */
final class RecordFile {
  private static final long MAGIC = 0x3144524f434552L;
  private static final int HEADER = 4096, ACTIVE = 8, HALF = 12, OWNER = 16;

  /** Of a record: its payload's size and one, its kind, its id. */
  private static final int HEAD = 16;

  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  /** What is told of each record. */
  interface Reader {
    void record(int place, int kind, long id, ByteBuffer payload);
  }

  private final MappedByteBuffer memory;
  private final int half;
  private int end;

  private RecordFile(MappedByteBuffer memory) {
    this.memory = memory;
    this.half = memory.getInt(HALF);
    this.end = first();
  }

  /** A new one, in place of any other of that name; with what another has in these places. */
  static RecordFile create(
      Path file, byte[] owner, int half, @Nullable RecordFile old, Collection<Integer> kept)
      throws IOException {
    Files.createDirectories(file.getParent());
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    // Written, not only made long: a page that a full tmpfs cannot give would be a SIGBUS later.
    Files.write(draft, new byte[HEADER + 2 * half]);
    MappedByteBuffer memory = map(draft);
    memory.putInt(HALF, half).putInt(OWNER, owner.length).put(OWNER + 4, owner);
    RecordFile made = new RecordFile(memory);
    if (old != null) kept.forEach(place -> made.copy(old.memory, place));
    memory.putLong(0, MAGIC);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    return made;
  }

  /** An earlier daemon's; null where that has left none of this owner. */
  static @Nullable RecordFile open(Path file, byte[] owner) throws IOException {
    if (!Files.exists(file) || Files.size(file) < HEADER) return null;
    MappedByteBuffer memory = map(file);
    if (memory.getLong(0) != MAGIC || memory.getInt(OWNER) != owner.length) return null;
    if (memory.capacity() != HEADER + 2L * memory.getInt(HALF)) return null;
    byte[] found = new byte[owner.length];
    memory.get(OWNER + 4, found);
    return Arrays.equals(found, owner) ? new RecordFile(memory) : null;
  }

  private static MappedByteBuffer map(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer memory =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, (int) channel.size());
      memory.order(ByteOrder.nativeOrder());
      return memory;
    }
  }

  private int first() {
    return HEADER + (memory.getInt(ACTIVE) == 0 ? 0 : half);
  }

  private int limit() {
    return first() + half;
  }

  /** Tells all that was written to the end; the next one is written there. */
  void read(Reader reader) {
    for (end = first(); end + HEAD <= limit(); end += padded(size(end))) {
      int size = size(end);
      if (size < 0 || size > limit() - end - HEAD) return;
      reader.record(
          end, memory.getInt(end + 4), memory.getLong(end + 8), memory.slice(end + HEAD, size));
    }
  }

  /** Negative where there is none. */
  private int size(int place) {
    return (int) INT.getAcquire(memory, place) - 1;
  }

  private static int padded(int size) {
    return HEAD + ((size + 7) & ~7);
  }

  boolean hasRoom(int size) {
    // The next one's size is made none before this one counts.
    return end + padded(size) + HEAD <= limit();
  }

  int half() {
    return half;
  }

  /** Where it is. */
  int append(int kind, long id, byte[] payload) {
    int at = end;
    memory.putInt(at + padded(payload.length), 0);
    memory.putInt(at + 4, kind).putLong(at + 8, id).put(at + HEAD, payload);
    INT.setRelease(memory, at, payload.length + 1);
    end += padded(payload.length);
    return at;
  }

  private void copy(MappedByteBuffer from, int place) {
    byte[] payload = new byte[from.getInt(place) - 1];
    from.get(place + HEAD, payload);
    append(from.getInt(place + 4), from.getLong(place + 8), payload);
  }

  /** How much room these take. */
  int size(Collection<Integer> places) {
    return places.stream().mapToInt(place -> padded(size(place))).sum();
  }

  /** Forgets all but these, which are in order. Their places are others afterwards. */
  void keep(Collection<Integer> places) {
    int other = memory.getInt(ACTIVE) == 0 ? 1 : 0;
    end = HEADER + other * half;
    memory.putInt(end, 0);
    places.forEach(place -> copy(memory, place));
    INT.setRelease(memory, ACTIVE, other);
  }
}
