package io.sojourn.subjects.servers;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Inserts rows by one connection, and reads them back. Arguments: the URL of a database. */
final class Rows implements Work {
  private final Connection connection;
  private final PreparedStatement insert;
  private final PreparedStatement count;
  private final PreparedStatement read;
  private final int writer;
  private long last;

  private Rows(String url, int writer) throws SQLException {
    this.writer = writer;
    connection = DriverManager.getConnection(url, "sa", "");
    connection.setAutoCommit(false);
    insert = connection.prepareStatement("insert into rows values (?, ?, ?)");
    count = connection.prepareStatement("select count(*), sum(number) from rows where writer = ?");
    read = connection.prepareStatement("select text from rows where writer = ? and number = ?");
  }

  public static void main(String[] arguments) throws Exception {
    String url = arguments[0];
    try (Connection first = DriverManager.getConnection(url, "sa", "");
        Statement statement = first.createStatement()) {
      statement.execute(
          "create table rows (writer int, number bigint, text varchar, primary key (writer, number))");
    }
    new Shift().with(new Rows(url, 1)).with(new Rows(url, 2)).with(() -> visit(url)).run();
  }

  /** Connects anew each time. */
  private static void visit(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "sa", "");
        Statement statement = connection.createStatement();
        ResultSet all =
            statement.executeQuery("select writer, max(number) from rows group by writer")) {
      while (all.next()) if (all.getLong(2) < 1) throw new SQLException("an empty writer");
    }
  }

  private static String text(long number) {
    return ("row " + number + " ").repeat((int) (number % 17) + 1);
  }

  @Override
  public void once() throws SQLException {
    // One transaction of three, so that many moves hit its middle.
    for (int i = 0; i < 3; i++) {
      insert.setInt(1, writer);
      insert.setLong(2, ++last);
      insert.setString(3, text(last));
      insert.executeUpdate();
    }
    connection.commit();
    long number = 1 + last * 7919 % 1_000_003 % last;
    read.setInt(1, writer);
    read.setLong(2, number);
    try (ResultSet row = read.executeQuery()) {
      if (!row.next() || !row.getString(1).equals(text(number)))
        throw new SQLException("row " + number + " of writer " + writer + " is not as it was");
    }
    if (last % 300 == 0) check();
  }

  @Override
  public void check() throws SQLException {
    count.setInt(1, writer);
    try (ResultSet sum = count.executeQuery()) {
      sum.next();
      if (sum.getLong(1) != last || sum.getLong(2) != last * (last + 1) / 2)
        throw new SQLException(
            "writer %d has %d rows with the sum %d; it has written %d"
                .formatted(writer, sum.getLong(1), sum.getLong(2), last));
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
