package io.sojourn.examples.h2;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two transactions of four rows are acknowledged; then somebody touches the table. */
class AuditTest {
  private static final String URL = "jdbc:h2:mem:audit";

  private Connection database;
  private Journal journal;
  private LedgerTable table;

  @BeforeEach
  void writeTwoTransactions() throws Exception {
    database = DriverManager.getConnection(URL, "sa", "");
    LedgerTable.create(database);
    table = LedgerTable.open(URL, "run");
    journal = Journal.begin(Optional.empty(), "run", 1, 4);
    for (int transaction = 1; transaction <= 2; transaction++) {
      write(transaction, 1);
      write(transaction, 3);
      journal.acknowledge(1, transaction);
    }
  }

  @AfterEach
  void close() throws Exception {
    table.close();
    database.close();
  }

  @Test
  void allIsThereOnce() throws Exception {
    assertThat(Audit.of(table, journal)).isEqualTo(new Audit.Result(8, 0, 0, 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delete from ledger where tx = 1 and line = 2 | 1 | 0 | 0",
        "insert into ledger select * from ledger where tx = 2 | 0 | 4 | 0",
        "update ledger set amount = 1 where line = 1 | 2 | 0 | 2",
        "update ledger set line = 5 where line = 1 | 2 | 0 | 2",
        "update ledger set conn = 2 where tx = 1 | 4 | 0 | 4",
        "insert into ledger select 'other', conn, tx, line, amount from ledger | 0 | 0 | 0",
      })
  void findsWhatIsNotAsItShouldBe(String sql, long missing, long duplicates, long unexpected)
      throws Exception {
    try (Statement statement = database.createStatement()) {
      statement.execute(sql);
    }
    Audit.Result expected = new Audit.Result(8, missing, duplicates, unexpected);
    assertThat(Audit.of(table, journal)).isEqualTo(expected);
    assertThat(expected.isRight()).isEqualTo(missing + duplicates + unexpected == 0);
  }

  @Test
  void theTransactionInDoubtMayBeThere() throws Exception {
    write(3, 1);
    write(3, 3);
    assertThat(Audit.of(table, journal)).isEqualTo(new Audit.Result(8, 0, 0, 0));
  }

  @Test
  void halfATransactionMustNotBeThere() throws Exception {
    write(3, 1);
    assertThat(Audit.of(table, journal)).isEqualTo(new Audit.Result(8, 0, 0, 2));
  }

  @Test
  void theOneAfterTheDoubtMustNotBeThere() throws Exception {
    write(4, 1);
    write(4, 3);
    assertThat(Audit.of(table, journal)).isEqualTo(new Audit.Result(8, 0, 0, 4));
  }

  private void write(long transaction, int line) throws Exception {
    table.insert(1, transaction, line);
    table.commit();
  }
}
