package io.sojourn.examples.h2;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The table in the database, through one connection.
 *
 * <p>It has no unique key on purpose: a row that came twice must be seen, not refused.
 */
final class LedgerTable implements AutoCloseable {
  /** Rows that one statement inserts. */
  static final int ROWS_PER_INSERT = 2;

  private final Connection connection;
  private final String run;
  private final PreparedStatement insert;
  private final PreparedStatement select;

  private LedgerTable(Connection connection, String run) throws SQLException {
    this.connection = connection;
    this.run = run;
    connection.setAutoCommit(false);
    insert =
        connection.prepareStatement("insert into ledger values (?, ?, ?, ?, ?), (?, ?, ?, ?, ?)");
    select =
        connection.prepareStatement(
            "select conn, tx, line, amount from ledger where run = ? and conn = ? and tx = ?");
  }

  /**
   * Opens the table, through a connection of its own.
   *
   * @param run tells this run's rows from those of others in the same table
   */
  static LedgerTable open(String url, String run) throws SQLException {
    return new LedgerTable(DriverManager.getConnection(url, "sa", ""), run);
  }

  /** Makes the table where there is none. */
  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "create table if not exists ledger"
              + " (run varchar, conn int, tx bigint, line int, amount bigint)");
      statement.execute("create index if not exists ledger_place on ledger (run, conn, tx, line)");
    }
  }

  /** Inserts two rows, from this line on. */
  void insert(int conn, long tx, int line) throws SQLException {
    int column = 0;
    for (int i = 0; i < ROWS_PER_INSERT; i++) {
      Entry entry = Entry.at(conn, tx, line + i);
      insert.setString(++column, run);
      insert.setInt(++column, conn);
      insert.setLong(++column, tx);
      insert.setInt(++column, entry.line());
      insert.setLong(++column, entry.amount());
    }
    insert.executeUpdate();
  }

  void commit() throws SQLException {
    connection.commit();
  }

  /** The rows of one transaction, in no order. */
  List<Entry> read(int conn, long tx) throws SQLException {
    select.setString(1, run);
    select.setInt(2, conn);
    select.setLong(3, tx);
    List<Entry> entries = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        entries.add(entry(rows));
      }
    }
    connection.commit();
    return entries;
  }

  /** Does something with each row of this run, in the order of their places. */
  void forEach(RowAction action) throws SQLException {
    String sql =
        "select conn, tx, line, amount from ledger where run = ? order by run, conn, tx, line";
    try (PreparedStatement all = connection.prepareStatement(sql)) {
      all.setString(1, run);
      all.setFetchSize(1000);
      try (ResultSet rows = all.executeQuery()) {
        while (rows.next()) {
          action.accept(entry(rows));
        }
      }
    }
  }

  /** See {@link #forEach}. */
  interface RowAction {
    void accept(Entry entry);
  }

  private static Entry entry(ResultSet rows) throws SQLException {
    return new Entry(rows.getInt(1), rows.getLong(2), rows.getInt(3), rows.getLong(4));
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
