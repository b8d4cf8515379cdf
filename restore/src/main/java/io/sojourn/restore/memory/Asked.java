package io.sojourn.restore.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was asked for and has not come. */
final class Asked {
  /**
   * @param since of {@link System#nanoTime}
   */
  record Open(int length, long since) {}

  private final Map<Integer, TreeMap<Long, Open>> byProcess = new HashMap<>();
  private long bytes;

  private TreeMap<Long, Open> of(int process) {
    return byProcess.computeIfAbsent(process, none -> new TreeMap<>());
  }

  void add(Supply.Part part) {
    of(part.process()).put(part.address(), new Open(part.length(), System.nanoTime()));
    bytes += part.length();
  }

  /** Forgets it. */
  @Nullable Open remove(int process, long address) {
    Open open = of(process).remove(address);
    if (open != null) bytes -= open.length();
    return open;
  }

  long bytes() {
    return bytes;
  }

  /** The address behind what was asked for from there on; the address itself where nothing was. */
  long end(int process, long address) {
    Map.Entry<Long, Open> floor = of(process).floorEntry(address);
    if (floor == null) return address;
    return Math.max(address, floor.getKey() + floor.getValue().length());
  }

  /** How much is free from an address on, up to a limit. */
  int free(int process, long address, int limit) {
    Long next = of(process).higherKey(address);
    return next == null ? limit : (int) Math.min(limit, next - address);
  }
}
