package io.sojourn.engine.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that this process has open. What is done with it asks nobody's rights again: they counted
 * when it was opened.
 */
public final class OpenFile implements AutoCloseable {
  private static final int PIECE = 1 << 18;
  private static final long AT_ONCE = 1L << 30;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final long NANOS = 1_000_000_000L;

  /** A FIFO that somebody has put there must not be waited for. */
  private static final int ALWAYS = FileCalls.O_CLOEXEC | FileCalls.O_NOCTTY | FileCalls.O_NONBLOCK;

  private final Path path;
  private int fd;

  private OpenFile(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /** For reading. Its last name is no link. */
  public static OpenFile reading(Path path) throws IOException {
    return of(path, FileCalls.O_RDONLY | FileCalls.O_NOFOLLOW, 0);
  }

  /** For reading, what a process has open: by a path below /proc/PID/fd. */
  public static OpenFile through(Path link) throws IOException {
    return of(link, FileCalls.O_RDONLY, 0);
  }

  /** To be looked at only, which needs no rights on it. Its last name is no link. */
  public static OpenFile seeing(Path path) throws IOException {
    return of(path, FileCalls.O_PATH | FileCalls.O_NOFOLLOW, 0);
  }

  /** For reading and writing, as it is. Its last name is no link. */
  public static OpenFile writing(Path path) throws IOException {
    return of(path, FileCalls.O_RDWR | FileCalls.O_NOFOLLOW, 0);
  }

  /** A new one; the name must be free. */
  public static OpenFile creating(Path path) throws IOException {
    return of(path, FileCalls.O_RDWR | FileCalls.O_CREAT | FileCalls.O_EXCL, 0600);
  }

  /** A new one without a name, which is gone when it is closed. */
  public static OpenFile nameless(Path directory) throws IOException {
    return of(directory, FileCalls.O_RDWR | FileCalls.O_TMPFILE, 0600);
  }

  private static OpenFile of(Path path, int flags, int mode) throws IOException {
    int fd = FileCalls.open(path.toString(), flags | ALWAYS, mode);
    if (fd < 0) throw failure("open " + path, fd);
    return new OpenFile(path, fd);
  }

  public Path path() {
    return path;
  }

  /** Whether the path that it was opened by leads to it through no link. */
  public boolean reachedPlainly() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number())).equals(path);
  }

  public Statx status() throws IOException {
    Statx status = FileCalls.stat(number());
    if (status == null) throw failure("stat " + path, -FileCalls.lastError());
    return status;
  }

  /** Whether this has the content of another file now, which shares it on the disk. */
  public boolean shares(OpenFile from) throws IOException {
    if (DataCalls.share(from.number(), number()) < 0) return false;
    // What was longer before is so still.
    truncate(from.status().size());
    return true;
  }

  /**
   * Copies a part of another file to the beginning of this one, which is empty. What is a hole
   * there is one here.
   */
  public void copy(OpenFile from, long start, long end) throws IOException {
    for (long at = start; at < end; ) {
      long data = DataCalls.seek(from.number(), at, SEEK_DATA);
      if (Result.errno(data) == ErrorNumber.ENXIO) break;
      // A file system that knows no holes.
      long begin = data < 0 ? at : data;
      if (begin >= end) break;
      long hole = DataCalls.seek(from.number(), begin, SEEK_HOLE);
      long to = hole < 0 ? end : Math.min(hole, end);
      range(from, begin, to, start);
      at = to;
    }
    truncate(end - start);
  }

  private void range(OpenFile from, long start, long end, long shift) throws IOException {
    boolean byKernel = true;
    for (long at = start; at < end; ) {
      long done =
          byKernel
              ? DataCalls.copy(
                  from.number(), at, number(), at - shift, Math.min(end - at, AT_ONCE), 0)
              : piece(from, at, Math.min(end - at, PIECE), at - shift);
      if (done <= 0 && byKernel) {
        // Between some file systems it cannot.
        byKernel = false;
        continue;
      }
      if (done < 0) throw failure("copy " + from.path + " to " + path, done);
      if (done == 0) throw new IOException(from.path + " has become shorter while it was copied");
      at += done;
    }
  }

  private long piece(OpenFile from, long at, long size, long to) {
    NativeMemory memory = new NativeMemory(PIECE);
    long read = DataCalls.read(from.number(), memory, (int) size, at);
    if (read <= 0) return read;
    for (int written = 0; written < read; ) {
      long done = DataCalls.write(number(), memory, written, (int) read - written, to + written, 0);
      if (done < 0) return done;
      written += (int) done;
    }
    return read;
  }

  /**
   * Reads into a buffer, from its position to its limit or the end of the file.
   *
   * @return how much
   */
  public int read(ByteBuffer into, long at) throws IOException {
    NativeMemory memory = new NativeMemory(Math.max(1, into.remaining()));
    int all = 0;
    while (into.hasRemaining()) {
      long read = DataCalls.read(number(), memory, into.remaining(), at + all);
      if (read < 0) throw failure("read " + path, read);
      if (read == 0) break;
      into.put(memory.bytes().slice(0, (int) read));
      all += (int) read;
    }
    return all;
  }

  public void truncate(long size) throws IOException {
    check("truncate", FileCalls.truncateOpen(number(), size));
  }

  /** To the disk. */
  public void sync() throws IOException {
    check("fsync", DataCalls.sync(number(), false));
  }

  public void owner(int uid, int gid) throws IOException {
    check("chown", FileCalls.changeOwner(number(), uid, gid));
  }

  /**
   * @param mode permission bits
   */
  public void mode(int mode) throws IOException {
    check("chmod", FileCalls.changeMode(number(), mode));
  }

  /** The time of its last change. */
  public void modified(long nanos) throws IOException {
    Statx.Time time =
        new Statx.Time(Math.floorDiv(nanos, NANOS), (int) Math.floorMod(nanos, NANOS));
    check("utimens", FileCalls.changeTimes(number(), time, time));
  }

  private void check(String what, long result) throws IOException {
    if (result < 0) throw failure(what + " " + path, result);
  }

  private static IOException failure(String what, long result) {
    return new FileFailure(what, Result.errno(result));
  }

  private int number() {
    if (fd < 0) throw new IllegalStateException(path + " is closed");
    return fd;
  }

  @Override
  public void close() {
    if (fd >= 0) FileCalls.close(fd);
    fd = -1;
  }
}
