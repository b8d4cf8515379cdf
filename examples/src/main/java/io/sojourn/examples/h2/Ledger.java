package io.sojourn.examples.h2;

import io.sojourn.examples.JsonLine;
import io.sojourn.examples.Options;
import io.sojourn.examples.Program;
import io.sojourn.examples.Stop;
import io.sojourn.examples.UsageException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A database client that never stops inserting and reading, and at its end counts whether each row
 * that the server acknowledged is there, once.
 *
 * <p>The server is the real one, {@code org.h2.tools.Server}:
 *
 * <pre>
 * java -cp h2.jar org.h2.tools.Server -tcp -tcpPort 9092 -baseDir DIR -ifNotExists
 * java -cp examples.jar:h2.jar io.sojourn.examples.h2.Ledger \
 *     --url jdbc:h2:tcp://localhost:9092/./ledger --connections 4 --pace 50 --announce
 * </pre>
 *
 * <p>The server prints {@code TCP server running at …} when it is ready. With {@code --announce}
 * the client prints {@code in transaction N of connection C} when a transaction's first rows are
 * in; with {@code --pace} there is time to do something to the server before its commit. Any call
 * of a second or more is printed: {@code call of 10021 ms: insert 3 of 5, transaction 17 of
 * connection 2}. The last line is the summary, in JSON.
 */
public final class Ledger implements Program {

  public static void main(String[] args) {
    Program.main(new Ledger(), args);
  }

  @Override
  public String usage() {
    return """
        usage: Ledger --url URL [options]: works until SIGTERM, then counts
          --url URL        of JDBC
          --seconds N      ends by itself after N seconds
          --stdin          ends when its standard input does
          --connections K  each with a thread (1)
          --inserts N      statements of a transaction, of two rows each (5)
          --pace MS        waits between the statements of a transaction (0)
          --announce       prints a line in the middle of each transaction
          --slow MS        prints calls that took as long (1000)
          --journal FILE   notes acknowledged commits in a new file, synced
          --verify         inserts nothing, only counts, by --journal
        The summary is {"transactions","rows","missing","duplicates","unexpected","errors",
        "longestCallMillis","longestCall"}; the exit status is 0 only if all is right.
        """;
  }

  @Override
  public int run(Options options, Stop stop, PrintStream out, PrintStream err) throws Exception {
    String url = options.required("--url");
    Optional<Path> file = options.path("--journal");
    long slowMillis = options.number("--slow", 1000, 1);
    if (options.has("--verify")) {
      Path kept = file.orElseThrow(() -> new UsageException("--verify needs --journal"));
      try (Journal journal = Journal.read(kept)) {
        return count(url, journal, new CallTimes(out, slowMillis), new Faults(err), out);
      }
    }
    int connections = options.count("--connections", 1);
    int rows = options.count("--inserts", 5) * LedgerTable.ROWS_PER_INSERT;
    Duration pace = Duration.ofMillis(options.number("--pace", 0, 0));
    Optional<PrintStream> announcements =
        options.has("--announce") ? Optional.of(out) : Optional.empty();
    endAsAsked(options, stop);
    try (Journal journal = Journal.begin(file, newRun(), connections, rows)) {
      CallTimes times = new CallTimes(out, slowMillis);
      Shift shift = new Shift(journal, times, new Faults(err), stop, pace, announcements);
      work(url, shift);
      return count(url, journal, times, shift.faults(), out);
    }
  }

  private static String newRun() {
    return Long.toHexString(System.currentTimeMillis()) + "-" + ProcessHandle.current().pid();
  }

  private static void endAsAsked(Options options, Stop stop) throws UsageException {
    if (options.has("--seconds")) {
      stop.after(Duration.ofSeconds(options.count("--seconds", 1)));
    }
    if (options.has("--stdin")) {
      stop.onEndOf(System.in);
    }
  }

  private static void work(String url, Shift shift) throws SQLException, InterruptedException {
    try (Connection connection = DriverManager.getConnection(url, "sa", "")) {
      LedgerTable.create(connection);
    }
    List<Thread> tellers = new ArrayList<>();
    for (int i = 1; i <= shift.journal().connections(); i++) {
      LedgerTable table = LedgerTable.open(url, shift.journal().run());
      tellers.add(new Thread(new Teller(i, table, shift), "teller-" + i));
    }
    tellers.forEach(Thread::start);
    for (Thread teller : tellers) {
      teller.join();
    }
  }

  /** Counts the rows through a new connection, and prints the summary. */
  private static int count(
      String url, Journal journal, CallTimes times, Faults faults, PrintStream out) {
    JsonLine summary = new JsonLine().with("transactions", journal.transactions());
    boolean right = false;
    try (LedgerTable table = LedgerTable.open(url, journal.run())) {
      Audit.Result result = Audit.of(table, journal);
      right = result.isRight();
      summary
          .with("rows", result.rows())
          .with("missing", result.missing())
          .with("duplicates", result.duplicates())
          .with("unexpected", result.unexpected());
    } catch (SQLException e) {
      faults.add("count: " + e.getMessage());
    }
    out.println(
        summary
            .with("errors", faults.count())
            .with("longestCallMillis", times.longestMillis())
            .with("longestCall", times.longest()));
    return right && faults.count() == 0 ? 0 : 1;
  }
}
