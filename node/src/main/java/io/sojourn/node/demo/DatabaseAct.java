package io.sojourn.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A database server is frozen under its client's hands and restored, again and again. */
final class DatabaseAct {
  private static final int GENERATIONS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TASK = "h2";

  private final Stage stage;
  private final Story story;
  private final Length length;

  DatabaseAct(Stage stage, Story story, Length length) {
    this.length = length;
    this.stage = stage;
    this.story = story;
  }

  Demo.Count play() throws Exception {
    story.act("An H2 database server and its client; the server is frozen, the client goes on");
    int port = freePort();
    story.step("start the server, with -javaagent:migrate.jar", () -> startServer(port));
    Child client =
        story.step("start the client, and wait for its first rows", () -> startClient(port));
    for (int generation = 1; generation <= GENERATIONS; generation++) generation(client);
    client.countWithin(length.between());
    return story.step("the client counts", () -> count(client));
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private Process startServer(int port) throws IOException, InterruptedException {
    Process server =
        stage.service(
            "server",
            stage.agent(TASK),
            "-cp",
            stage.jars("h2"),
            "org.h2.tools.Server",
            "-tcp",
            "-tcpPort",
            String.valueOf(port),
            "-baseDir",
            stage.file("database").toString(),
            "-ifNotExists");
    new GrowingFile(stage.file("server.out")).awaitLines(1, server.toHandle(), PATIENCE);
    return server;
  }

  /** Its transactions take seconds each, so that there is always one in the middle. */
  private Child startClient(int port) throws IOException, InterruptedException {
    Child client =
        stage.client(
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
    client.await(DatabaseAct::isInTransaction, PATIENCE);
    return client;
  }

  private static boolean isInTransaction(String line) {
    return line.startsWith("in transaction");
  }

  private void generation(Child client) throws Exception {
    client.countWithin(length.between());
    client.passOver();
    story.note("the client is " + client.await(DatabaseAct::isInTransaction, PATIENCE));
    story.command("freeze " + TASK, stage.ckpt().operation("freeze", TASK));
    client.passOver();
    long said = story.step("the server is away", () -> client.countWithin(length.away()));
    story.note("the client said " + said + " lines meanwhile");
    Ckpt.Done restored = stage.ckpt().operation("restore", TASK);
    stage.restored(restored);
    story.command("restore " + TASK, restored);
    story.note("the client: " + client.await(line -> line.startsWith("call of"), PATIENCE));
    client.await(DatabaseAct::isInTransaction, PATIENCE);
  }

  private Demo.Count count(Child client) throws IOException, InterruptedException {
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
