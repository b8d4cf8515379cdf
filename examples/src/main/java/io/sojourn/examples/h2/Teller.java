package io.sojourn.examples.h2;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/**
 * One connection's work: a transaction of several inserts, its commit, a look at an earlier one,
 * and again.
 *
 * <p>It ends with its first error. A lost connection is one: whoever took up a new one would no
 * longer know what the old one did.
 */
final class Teller implements Runnable {
  private final int number;
  private final LedgerTable table;
  private final Shift shift;
  private final Random random;

  Teller(int number, LedgerTable table, Shift shift) {
    this.number = number;
    this.table = table;
    this.shift = shift;
    this.random = new Random(number);
  }

  @Override
  public void run() {
    try (table) {
      for (long transaction = 1; !shift.stop().told(); transaction++) {
        write(transaction);
        readBack(1 + Math.floorMod(random.nextLong(), transaction));
      }
    } catch (SQLException e) {
      shift.faults().add("connection " + number + ": " + e.getMessage());
    } catch (IOException e) {
      shift.faults().add("journal: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(long transaction) throws SQLException, IOException, InterruptedException {
    String name = "transaction " + transaction + " of connection " + number;
    int inserts = shift.journal().rowsPerTransaction() / LedgerTable.ROWS_PER_INSERT;
    for (int i = 0; i < inserts; i++) {
      int line = 1 + i * LedgerTable.ROWS_PER_INSERT;
      shift
          .times()
          .timeAction(
              "insert " + (i + 1) + " of " + inserts + ", " + name,
              () -> table.insert(number, transaction, line));
      if (i == 0) {
        shift.announcements().ifPresent(out -> out.println("in " + name));
      }
      if (!shift.pace().isZero()) {
        shift.stop().within(shift.pace());
      }
    }
    shift.times().timeAction("commit, " + name, table::commit);
    shift.journal().acknowledge(number, transaction);
  }

  private void readBack(long transaction) throws SQLException {
    String name = "transaction " + transaction + " of connection " + number;
    List<Entry> entries =
        shift.times().time("read, " + name, () -> table.read(number, transaction));
    long right = entries.stream().filter(Entry::isRight).map(Entry::line).distinct().count();
    if (entries.size() != shift.journal().rowsPerTransaction() || right != entries.size()) {
      shift.faults().add("read back, " + name + ": " + entries);
    }
  }
}
