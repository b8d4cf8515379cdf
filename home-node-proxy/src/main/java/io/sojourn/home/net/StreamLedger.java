package io.sojourn.home.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file with what the next daemon must know of a task's connections: a place each, which is
 * written at once when a connection begins, and again when it is over; no more. The first place
 * says the how-manieth daemon it is. It need not survive the machine: the sockets do not.
 */
final class StreamLedger implements AutoCloseable {
  private static final long MAGIC = 0x324d5254534a53L;

  private record Placed(int place, KeptStream stream) {}

  private final FileChannel file;
  private final int generation;
  private final Map<Long, Placed> placed = new LinkedHashMap<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int places = 1;

  private StreamLedger(FileChannel file, int generation) {
    this.file = file;
    this.generation = generation;
  }

  /** A new one, in place of any old one. */
  static StreamLedger begin(Path path) throws IOException {
    Files.createDirectories(path.getParent());
    Files.deleteIfExists(path);
    return opened(open(path), 0);
  }

  /** An earlier daemon's; a new one where that has left none. */
  static StreamLedger found(Path path) throws IOException {
    Files.createDirectories(path.getParent());
    FileChannel file = open(path);
    ByteBuffer all = buffer((int) Math.min(file.size(), Integer.MAX_VALUE));
    while (all.hasRemaining() && file.read(all, all.position()) > 0) continue;
    int read = all.position();
    int before = read >= KeptStream.SIZE && all.getLong(0) == MAGIC ? all.getInt(8) : -1;
    StreamLedger ledger = opened(file, before + 1);
    if (before >= 0)
      for (int at = KeptStream.SIZE; at + KeptStream.SIZE <= read; at += KeptStream.SIZE)
        ledger.read(at / KeptStream.SIZE, all.slice(at, KeptStream.SIZE).order(all.order()));
    return ledger;
  }

  private static StreamLedger opened(FileChannel file, int generation) throws IOException {
    StreamLedger ledger = new StreamLedger(file, generation);
    ledger.write(0, buffer(KeptStream.SIZE).putLong(0, MAGIC).putInt(8, generation));
    return ledger;
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(java.nio.ByteOrder.LITTLE_ENDIAN);
  }

  private void read(int place, ByteBuffer bytes) {
    places = place + 1;
    try {
      KeptStream stream = bytes.getLong(0) == 0 ? null : KeptStream.take(bytes);
      if (stream == null) free.add(place);
      else placed.put(stream.cookie(), new Placed(place, stream));
    } catch (IllegalArgumentException damaged) {
      free.add(place);
    }
  }

  /** 0 for the daemon that has sent the task away. */
  int generation() {
    return generation;
  }

  synchronized Collection<KeptStream> all() {
    List<KeptStream> all = new ArrayList<>();
    placed.values().forEach(one -> all.add(one.stream()));
    return all;
  }

  synchronized void note(KeptStream stream) throws IOException {
    Placed before = placed.get(stream.cookie());
    Integer old = before == null ? free.poll() : Integer.valueOf(before.place());
    int place = old != null ? old : places++;
    ByteBuffer bytes = buffer(KeptStream.SIZE);
    stream.put(bytes);
    write(place, bytes);
    placed.put(stream.cookie(), new Placed(place, stream));
  }

  synchronized void forget(long cookie) throws IOException {
    Placed gone = placed.remove(cookie);
    if (gone == null) return;
    write(gone.place(), buffer(KeptStream.SIZE));
    free.add(gone.place());
  }

  private void write(int place, ByteBuffer bytes) throws IOException {
    long at = (long) place * KeptStream.SIZE;
    while (bytes.hasRemaining()) at += file.write(bytes, at);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
