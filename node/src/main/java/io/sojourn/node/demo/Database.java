package io.sojourn.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An H2 server, which is the task, and a client in another JVM that never rests. */
final class Database {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Stage stage;
  private final Machine machine;
  private final String task;

  /**
   * @param task the server's name
   */
  Database(Stage stage, Machine machine, String task) {
    this.stage = stage;
    this.machine = machine;
    this.task = task;
  }

  Process startServer(int port) throws IOException, InterruptedException {
    Process server =
        machine.service(
            task,
            stage.agent(task),
            "-cp",
            stage.jars("h2"),
            "org.h2.tools.Server",
            "-tcp",
            "-tcpPort",
            String.valueOf(port),
            "-baseDir",
            machine.file("database").toString(),
            "-ifNotExists");
    new GrowingFile(machine.file(task + ".out")).awaitLines(1, server.toHandle(), PATIENCE);
    return server;
  }

  /** Its transactions take seconds each, so that there is always one in the middle. */
  Child startClient(int port) throws IOException, InterruptedException {
    Child client =
        machine.client(
            "client",
            "-cp",
            stage.jars("sojourn-examples", "h2"),
            "io.sojourn.examples.h2.Ledger",
            "--url",
            "jdbc:h2:tcp://localhost:" + port + "/./ledger",
            "--connections",
            "4",
            "--inserts",
            "20",
            "--pace",
            "50",
            "--announce",
            "--stdin");
    awaitTransaction(client);
    return client;
  }

  /** What the client says in the middle of its next transaction. */
  static String awaitTransaction(Child client) throws InterruptedException {
    return client.await(line -> line.startsWith("in transaction"), PATIENCE);
  }

  /** What the client says of its next call that took more than a second. */
  static String awaitLongCall(Child client) throws InterruptedException {
    return client.await(line -> line.startsWith("call of"), PATIENCE);
  }

  /** The client ends, and says what it found. */
  Demo.Count count(Child client, Story story) throws IOException, InterruptedException {
    client.endInput();
    String line = client.await(text -> text.startsWith("{"), PATIENCE);
    boolean ended = client.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    int status = ended ? client.process().exitValue() : -1;
    JsonNode summary = new ObjectMapper().readTree(line);
    Demo.Count count =
        new Demo.Count(
            summary.path("transactions").asLong(),
            summary.path("rows").asLong(),
            summary.path("missing").asLong(-1),
            summary.path("duplicates").asLong(-1),
            summary.path("unexpected").asLong(-1),
            // Its exit status is its own judgement.
            Math.max(summary.path("errors").asLong(-1), status == 0 ? 0 : 1),
            summary.path("longestCallMillis").asLong());
    story.note(
        "%d transactions, %d rows acknowledged: %d missing, %d twice, %d unexpected, %d errors"
            .formatted(
                count.transactions(),
                count.rows(),
                count.missing(),
                count.duplicates(),
                count.unexpected(),
                count.errors()));
    return count;
  }
}
