package io.sojourn.node.shipping;

import io.sojourn.engine.image.ImageDirectory;
import io.sojourn.protocol.image.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of an image on their way out, in pieces. They may still be written to: then {@link
 * #next} can wait for more. Each member is one lane's, whose stream keeps the order.
 */
final class Cargo implements AutoCloseable {
  /** A member: how long it is so far, and how much of it has been taken. */
  private static final class Item {
    final String name;
    final int lane;
    final Content content;
    long length;
    long taken;

    Item(String name, int lane, Content content) {
      this.name = name;
      this.lane = lane;
      this.content = content;
    }

    long left() {
      return length - taken;
    }
  }

  /**
   * @param from offset of the first byte of {@code content} in its member
   */
  record Part(String member, long from, ByteBuffer content) {}

  private final int lanes;
  private final Map<String, Item> items = new HashMap<>();
  private boolean complete;
  private boolean stopped;

  /**
   * @param lanes how many streams there are
   */
  Cargo(int lanes) {
    this.lanes = lanes;
  }

  /** All of a finished image. */
  static Cargo of(ImageDirectory image, int lanes) throws IOException {
    Cargo cargo = new Cargo(lanes);
    try {
      List<Member> largestFirst = new ArrayList<>(image.manifest().getMembersList());
      largestFirst.sort((one, other) -> Long.compare(other.getSize(), one.getSize()));
      for (Member member : largestFirst)
        cargo.grown(image.path(), member.getName(), member.getSize());
    } catch (IOException | RuntimeException failure) {
      cargo.close();
      throw failure;
    }
    cargo.complete();
    return cargo;
  }

  /** A member is there, or is longer than before. */
  synchronized void grown(Path directory, String name, long length) throws IOException {
    Item item = items.get(name);
    if (item == null) item = add(name, Content.of(directory.resolve(name)));
    if (length <= item.length && item.length > 0) return;
    item.length = length;
    notifyAll();
  }

  /** A member is there, as a whole, and not in a file. */
  synchronized void has(String name, Content content, long length) {
    add(name, content).length = length;
    notifyAll();
  }

  private Item add(String name, Content content) {
    Item item = new Item(name, emptiest(), content);
    items.put(name, item);
    return item;
  }

  /** Whether all that is there by now has been taken; waits for a moment where not. */
  synchronized boolean isTaken(long millis) throws InterruptedException {
    if (taken() < total()) wait(millis);
    return taken() == total();
  }

  /** Nothing grows any more. */
  synchronized void complete() {
    complete = true;
    notifyAll();
  }

  private int emptiest() {
    long[] bytes = new long[lanes];
    for (Item item : items.values()) bytes[item.lane] += Math.max(1, item.length);
    int least = 0;
    for (int lane = 1; lane < lanes; lane++) if (bytes[lane] < bytes[least]) least = lane;
    return least;
  }

  /** Goes on from what the other node has. */
  synchronized void rewind(Map<String, Long> arrived) {
    stopped = false;
    for (Item item : items.values()) item.taken = arrived.getOrDefault(item.name, 0L);
  }

  /** Nobody waits any more: the attempt has failed. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  /**
   * The next part of one of a lane's members.
   *
   * @param wait for more, where a member may grow
   * @return null where nothing more will come; or, without waiting, where nothing is there now
   */
  @Nullable Part next(int lane, ByteBuffer buffer, boolean wait) throws IOException {
    Item item;
    long from;
    synchronized (this) {
      item = pick(lane, wait);
      if (item == null) return null;
      from = item.taken;
      buffer.clear().limit((int) Math.min(item.left(), buffer.capacity()));
    }
    while (buffer.hasRemaining())
      if (item.content.read(buffer, from + buffer.position()) < 0)
        throw new IOException(item.name + " became shorter while it was sent");
    buffer.flip();
    trimToRun(buffer);
    synchronized (this) {
      item.taken = from + buffer.limit();
      if (item.left() == 0) notifyAll();
    }
    return new Part(item.name, from, buffer);
  }

  /** Zeros and other content go in parts of their own, where a run is worth one. */
  private static void trimToRun(ByteBuffer buffer) {
    int zeros = Packing.zeros(buffer);
    if (zeros == buffer.limit()) return;
    if (zeros >= Packing.RUN) {
      buffer.limit(zeros);
      return;
    }
    for (int at = Packing.RUN; at + Packing.RUN <= buffer.limit(); at += Packing.RUN)
      if (buffer.getLong(at) == 0 && Packing.zeros(buffer.slice(at, Packing.RUN)) == Packing.RUN) {
        buffer.limit(at);
        return;
      }
  }

  private @Nullable Item pick(int lane, boolean wait) {
    while (true) {
      if (stopped) return null;
      Item most = null;
      for (Item item : items.values())
        if (item.lane == lane && item.left() > 0 && (most == null || item.left() > most.left()))
          most = item;
      if (most != null || complete || !wait) return most;
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }
  }

  synchronized long total() {
    return items.values().stream().mapToLong(item -> item.length).sum();
  }

  synchronized long taken() {
    return items.values().stream().mapToLong(item -> item.taken).sum();
  }

  @Override
  public synchronized void close() {
    for (Item item : items.values()) {
      try {
        item.content.close();
      } catch (IOException readOnly) {
        // Nothing can be lost.
      }
    }
  }
}
