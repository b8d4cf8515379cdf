package io.sojourn.examples.h2;

import java.sql.SQLException;

/**
 * Compares what is in the database with what it has acknowledged.
 *
 * <p>A connection's transaction after the last acknowledged one is in doubt: it may have been
 * committed although its client never heard so. It must be there as a whole or not at all.
 */
final class Audit {
  private final Journal journal;
  private long right;
  private long duplicates;
  private long unexpected;
  private final long[] doubtful;
  private Entry last = new Entry(0, 0, 0, 0);

  private Audit(Journal journal) {
    this.journal = journal;
    this.doubtful = new long[journal.connections()];
  }

  /**
   * What was found, in rows.
   *
   * @param rows acknowledged, and so due
   * @param missing due, and not there or not as written
   * @param duplicates there more than once: each further time counts
   * @param unexpected there, never acknowledged, and not in doubt
   */
  record Result(long rows, long missing, long duplicates, long unexpected) {
    boolean isRight() {
      return missing == 0 && duplicates == 0 && unexpected == 0;
    }
  }

  /** Reads the whole table. */
  static Result of(LedgerTable table, Journal journal) throws SQLException {
    Audit audit = new Audit(journal);
    table.forEach(audit::see);
    return audit.result();
  }

  private void see(Entry entry) {
    boolean again = entry.equals(last);
    last = entry;
    if (again) {
      duplicates++;
    } else if (!isPossible(entry)) {
      unexpected++;
    } else if (entry.transaction() <= journal.acknowledged(entry.connection())) {
      right++;
    } else {
      doubtful[entry.connection() - 1]++;
    }
  }

  private boolean isPossible(Entry entry) {
    return entry.isRight()
        && entry.connection() >= 1
        && entry.connection() <= journal.connections()
        && entry.line() >= 1
        && entry.line() <= journal.rowsPerTransaction()
        && entry.transaction() >= 1
        && entry.transaction() <= journal.acknowledged(entry.connection()) + 1;
  }

  private Result result() {
    long halves = 0;
    for (long rows : doubtful) {
      halves += rows == journal.rowsPerTransaction() ? 0 : rows;
    }
    long rows = journal.transactions() * journal.rowsPerTransaction();
    return new Result(rows, rows - right, duplicates, unexpected + halves);
  }
}
