package io.sojourn.node.demo;

import io.sojourn.engine.network.ServicePort;

/** A database server is frozen under its client's hands and restored, again and again. */
final class DatabaseAct {
  private static final int GENERATIONS = 2;
  private static final String TASK = "h2";

  private final Machine machine;
  private final Database database;
  private final Story story;
  private final Length length;

  DatabaseAct(Stage stage, Machine machine, Story story, Length length) {
    this.machine = machine;
    this.database = new Database(stage, machine, TASK);
    this.story = story;
    this.length = length;
  }

  Demo.Count play() throws Exception {
    story.act("An H2 database server and its client; the server is frozen, the client goes on");
    int port = ServicePort.find();
    story.step("start the server, with -javaagent:migrate.jar", () -> database.startServer(port));
    Child client =
        story.step(
            "start the client, and wait for its first rows", () -> database.startClient(port));
    for (int generation = 1; generation <= GENERATIONS; generation++) generation(client);
    client.countWithin(length.between());
    return story.step("the client counts", () -> database.count(client, story));
  }

  private void generation(Child client) throws Exception {
    client.countWithin(length.between());
    client.passOver();
    story.note("the client is " + Database.awaitTransaction(client));
    story.command("freeze " + TASK, machine.ckpt().operation("freeze", TASK));
    client.passOver();
    long said = story.step("the server is away", () -> client.countWithin(length.away()));
    story.note("the client said " + said + " lines meanwhile");
    Ckpt.Done restored = machine.ckpt().operation("restore", TASK);
    machine.restored(restored);
    story.command("restore " + TASK, restored);
    story.note("the client: " + Database.awaitLongCall(client));
    Database.awaitTransaction(client);
  }
}
