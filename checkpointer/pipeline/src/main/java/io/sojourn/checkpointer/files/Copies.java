package io.sojourn.checkpointer.files;

import io.sojourn.engine.files.OpenFile;
import io.sojourn.engine.files.Statx;
import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Contents of files in an image that is being made: shared with the file where the image lies on
 * its file system and that can share; else shared with a file beside it that has no name, which is
 * copied when the task runs on; else copied at once.
 */
final class Copies implements AutoCloseable {
  private static final String MEMBER = "file-";
  private static final long BLOCK = 512;

  /** How files of one file system are best taken. */
  enum Way {
    SHARED,
    SHARED_BESIDE,
    COPIED
  }

  /** A content that is safe, and not in the image yet. */
  private record Waiting(OpenFile content, String member) {}

  private final Path draft;
  private final long limitBytes;
  private final Map<Long, Way> ways = new HashMap<>();
  private final Map<String, Long> costs = new HashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private int members;

  Copies(Path draft, long limitBytes) {
    this.draft = draft;
    this.limitBytes = limitBytes;
  }

  /** A name for a content; its file is there from now on, and empty. */
  String member() throws IOException {
    String name = MEMBER + ++members;
    OpenFile.creating(draft.resolve(name)).close();
    return name;
  }

  private OpenFile open(String member) throws IOException {
    return OpenFile.writing(draft.resolve(member));
  }

  /** Tries it out, once for each file system. */
  Way way(OpenFile file, Statx status, String member, String path) throws IOException {
    Way known = ways.get(status.device());
    if (known != null) return known;
    Way way = Way.COPIED;
    try (OpenFile into = open(member)) {
      if (into.shares(file)) way = Way.SHARED;
      else
        try (OpenFile beside = OpenFile.nameless(directory(path))) {
          if (beside.shares(file)) way = Way.SHARED_BESIDE;
        } catch (IOException cannot) {
          // A file system without nameless files.
        }
      into.truncate(0);
    }
    ways.put(status.device(), way);
    return way;
  }

  /** Takes what the file holds while the task writes on. */
  void takeEarly(OpenFile file, Statx status, String member, String path) throws IOException {
    try (OpenFile into = open(member)) {
      if (way(file, status, member, path) != Way.SHARED || !into.shares(file))
        copy(file, status, into, path);
    }
  }

  /** It is taken at the stop: whether that may be is known before. */
  void expect(OpenFile file, Statx status, String member, String path) throws IOException {
    Way way = way(file, status, member, path);
    if (way != Way.SHARED) charge(path, status);
    // What is dirty by then goes to the disk before it is shared.
    if (way != Way.COPIED) file.sync();
  }

  /** Takes what the file holds at this moment, in which the task stands still. */
  void take(OpenFile file, Statx status, String member, String path) throws IOException {
    Way way = way(file, status, member, path);
    if (way == Way.SHARED_BESIDE && isBeside(file, status, member, path)) return;
    try (OpenFile into = open(member)) {
      // Of the same file system, some files cannot be shared: of btrfs those that are not copied
      // on writing.
      if (way != Way.SHARED || !into.shares(file)) copy(file, status, into, path);
    }
  }

  private boolean isBeside(OpenFile file, Statx status, String member, String path)
      throws IOException {
    charge(path, status);
    OpenFile beside = OpenFile.nameless(directory(path));
    if (beside.shares(file)) return waiting.add(new Waiting(beside, member));
    beside.close();
    return false;
  }

  private void copy(OpenFile file, Statx status, OpenFile into, String path) throws IOException {
    charge(path, status);
    into.truncate(0);
    into.copy(file, 0, status.size());
  }

  /**
   * Counts what is to be copied.
   *
   * @throws OperationException it is too much
   */
  private void charge(String path, Statx status) {
    costs.put(path, Math.min(status.size(), status.blocks() * BLOCK));
    long all = costs.values().stream().mapToLong(Long::longValue).sum();
    if (all > limitBytes) throw tooMuch(all);
  }

  private OperationException tooMuch(long all) {
    String largest =
        costs.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    return OperationException.refused(
        "files of the task would have to be copied into the image, and they are "
            + (all >> 20)
            + " MiB or more, "
            + largest
            + " the largest of them; the limit is "
            + (limitBytes >> 20)
            + " MiB",
        "raise it: --files-limit="
            + ((all >> 20) * 2 + 1)
            + "M; or do without: --files="
            + largest
            + ":keep; or make the image on that file system where it can share contents (btrfs,"
            + " xfs): -o DIR");
  }

  /** Where a nameless file is of the same file system, and of the same quota. */
  private static Path directory(String path) {
    return Objects.requireNonNullElse(Path.of(path).getParent(), Path.of("/"));
  }

  /** The task runs on: what is safe elsewhere goes into the image. */
  void complete() throws IOException {
    for (Waiting one : waiting)
      try (OpenFile into = open(one.member())) {
        into.truncate(0);
        into.copy(one.content(), 0, one.content().status().size());
        one.content().close();
      }
    waiting.clear();
  }

  /** It is not needed. */
  void discard(String member) throws IOException {
    Files.delete(draft.resolve(member));
  }

  @Override
  public void close() {
    waiting.forEach(one -> one.content().close());
  }
}
