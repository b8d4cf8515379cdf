package io.sojourn.examples.h2;

/**
 * A row of the ledger. What it says follows from where it stands, so that a row that was read can
 * be judged by itself.
 *
 * @param connection the client's connection that wrote it, from 1
 * @param transaction the connection's transaction, from 1
 * @param line the line within the transaction, from 1
 * @param amount see {@link #at}
 */
record Entry(int connection, long transaction, int line, long amount) {

  /** The entry that must stand at this place. */
  static Entry at(int connection, long transaction, int line) {
    long place = transaction * 1_000_003 + connection * 10_007L + line;
    return new Entry(connection, transaction, line, (place * 0x9e3779b97f4a7c15L) >>> 16);
  }

  /** Whether the amount is the right one for the place. */
  boolean isRight() {
    return equals(at(connection, transaction, line));
  }
}
