package io.sojourn.restore.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What was asked for and has not come. */
final class Asked {
  private final Map<Integer, TreeMap<Long, Integer>> byProcess = new HashMap<>();
  private long bytes;

  private TreeMap<Long, Integer> of(int process) {
    return byProcess.computeIfAbsent(process, none -> new TreeMap<>());
  }

  void add(Supply.Part part) {
    of(part.process()).put(part.address(), part.length());
    bytes += part.length();
  }

  /** Forgets it. */
  void remove(int process, long address) {
    Integer length = of(process).remove(address);
    if (length != null) bytes -= length;
  }

  long bytes() {
    return bytes;
  }

  /** The address behind what was asked for from there on; the address itself where nothing was. */
  long end(int process, long address) {
    Map.Entry<Long, Integer> floor = of(process).floorEntry(address);
    if (floor == null) return address;
    return Math.max(address, floor.getKey() + floor.getValue());
  }

  /** How much is free from an address on, up to a limit. */
  int free(int process, long address, int limit) {
    Long next = of(process).higherKey(address);
    return next == null ? limit : (int) Math.min(limit, next - address);
  }
}
