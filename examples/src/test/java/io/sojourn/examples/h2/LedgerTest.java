package io.sojourn.examples.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.examples.Run;
import io.sojourn.examples.Stop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against a real server over TCP. */
class LedgerTest {
  static {
    // A server that is stopped in the middle of a commit asserts what holds only at other times
    // ("2 != 3", MVStore.closeStore); without assertions it ends.
    LedgerTest.class.getClassLoader().setPackageAssertionStatus("org.h2", false);
  }

  @TempDir Path directory;

  private final Stop stop = new Stop();
  private Server server;
  private Path journal;

  @BeforeEach
  void startServer() throws Exception {
    journal = directory.resolve("journal");
    server =
        Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-baseDir", directory.toString())
            .start();
  }

  @AfterEach
  void stopServer() {
    server.stop();
  }

  @Test
  void countsEachRowOnce() throws Exception {
    CompletableFuture<Run> running =
        start("--connections", "3", "--journal", journal.toString(), "--announce");
    awaitCommits(50);
    stop.tell();
    Run run = running.get(10, TimeUnit.SECONDS);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("in transaction 2 of connection 3\n")
        .contains("\"missing\":0,\"duplicates\":0,\"unexpected\":0,\"errors\":0,");

    Run verified = ledger("--verify", "--journal", journal.toString());
    assertThat(verified.status()).isZero();
    assertThat(verified.out().replaceAll(",\"longest.*", ""))
        .isEqualTo(lastLine(run).replaceAll(",\"longest.*", "") + "\n");
  }

  @Test
  void aLostServerIsAnError() throws Exception {
    CompletableFuture<Run> running = start("--journal", journal.toString());
    awaitCommits(50);
    server.stop();
    Run run = running.get(10, TimeUnit.SECONDS);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).startsWith("Ledger: connection 1: ").contains("Ledger: count: ");
    assertThat(lastLine(run)).contains("\"errors\":2,").doesNotContain("missing");
  }

  @Test
  void waitsInsideTransactions() throws Exception {
    long began = System.nanoTime();
    CompletableFuture<Run> running =
        start("--pace", "20", "--inserts", "3", "--journal", journal.toString());
    awaitCommits(1);
    stop.tell();
    Run run = running.get(10, TimeUnit.SECONDS);
    long millis = (System.nanoTime() - began) / 1_000_000;
    assertThat(run.status()).isZero();
    long transactions = Long.parseLong(lastLine(run).replaceAll("\\D*(\\d+).*", "$1"));
    assertThat(transactions).isBetween(1L, 1 + millis / 60);
  }

  private CompletableFuture<Run> start(String... words) {
    return CompletableFuture.supplyAsync(() -> ledger(words));
  }

  private Run ledger(String... words) {
    String url = "jdbc:h2:tcp://localhost:" + server.getPort() + "/./ledger";
    String line = "--url " + url + " " + String.join(" ", words);
    return Run.of(new Ledger(), stop, line.split(" "));
  }

  private void awaitCommits(int lines) {
    Awaitility.await()
        .until(() -> Files.exists(journal) && Files.readAllLines(journal).size() > lines);
  }

  private static String lastLine(Run run) {
    List<String> lines = run.out().lines().toList();
    return lines.get(lines.size() - 1);
  }
}
