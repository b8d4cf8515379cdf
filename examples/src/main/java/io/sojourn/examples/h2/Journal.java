package io.sojourn.examples.h2;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * What the database has acknowledged, in memory and, line by line and synced, in a file of choice.
 *
 * <p>The file's first line has the run, the number of connections, and the rows of a transaction;
 * each further line a connection and its transaction whose commit returned. A connection's
 * transactions are numbered from 1 without a hole, so the last number says all.
 */
final class Journal implements Closeable {
  private final String run;
  private final int rowsPerTransaction;
  private final long[] acknowledged;
  private final Optional<FileChannel> file;

  private Journal(String run, int rowsPerTransaction, int connections, Optional<FileChannel> file) {
    this.run = run;
    this.rowsPerTransaction = rowsPerTransaction;
    this.acknowledged = new long[connections];
    this.file = file;
  }

  /** Begins a journal; the file must not be there yet. */
  static Journal begin(Optional<Path> path, String run, int connections, int rowsPerTransaction)
      throws IOException {
    Optional<FileChannel> file =
        path.isEmpty()
            ? Optional.empty()
            : Optional.of(
                FileChannel.open(
                    path.get(), StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND));
    Journal journal = new Journal(run, rowsPerTransaction, connections, file);
    journal.write(run + " " + connections + " " + rowsPerTransaction + "\n");
    return journal;
  }

  /** Reads a journal from its file. */
  static Journal read(Path path) throws IOException {
    String text = Files.readString(path);
    // A last line without its end was being written when the client ended: it does not count.
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    try {
      String[] head = lines.get(0).split(" ", -1);
      int rows = Integer.parseInt(head[2]);
      Journal journal = new Journal(head[0], rows, Integer.parseInt(head[1]), Optional.empty());
      for (String line : lines.subList(1, lines.size())) {
        String[] words = line.split(" ", -1);
        journal.acknowledge(Integer.parseInt(words[0]), Long.parseLong(words[1]));
      }
      return journal;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IOException(path + " is not a ledger's journal", e);
    }
  }

  /** Notes that a commit has returned. When this returns, the line is on disk. */
  synchronized void acknowledge(int connection, long transaction) throws IOException {
    if (transaction != acknowledged[connection - 1] + 1) {
      throw new IllegalArgumentException("transaction out of order: " + transaction);
    }
    write(connection + " " + transaction + "\n");
    acknowledged[connection - 1] = transaction;
  }

  private void write(String line) throws IOException {
    if (file.isPresent()) {
      file.get().write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
      file.get().force(false);
    }
  }

  String run() {
    return run;
  }

  int connections() {
    return acknowledged.length;
  }

  int rowsPerTransaction() {
    return rowsPerTransaction;
  }

  /** The connection's last acknowledged transaction; 0 where there is none. */
  synchronized long acknowledged(int connection) {
    return acknowledged[connection - 1];
  }

  /** All connections' acknowledged transactions together. */
  synchronized long transactions() {
    long sum = 0;
    for (long transactions : acknowledged) {
      sum += transactions;
    }
    return sum;
  }

  @Override
  public void close() throws IOException {
    if (file.isPresent()) {
      file.get().close();
    }
  }
}
