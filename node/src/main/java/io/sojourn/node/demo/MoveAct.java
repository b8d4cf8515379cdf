package io.sojourn.node.demo;

import io.sojourn.engine.network.ServicePort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A database server goes to another node and home again. Both nodes are on this machine, each with
 * a network of its own; on the other one the server's files do not exist.
 */
final class MoveAct {
  private static final String HOME = "home", AWAY = "away", TASK = "traveller";
  private static final int ROUNDS = 2;

  /** Words that put an empty directory over the one that is named first, and run the rest. */
  private static final List<String> WITHOUT =
      List.of("unshare", "--mount", "sh", "-c", "mount -t tmpfs none \"$0\" && exec \"$@\"");

  private final Stage stage;
  private final Story story;
  private final Length length;

  MoveAct(Stage stage, Story story, Length length) {
    this.stage = stage;
    this.story = story;
    this.length = length;
  }

  Demo.Count play() throws Exception {
    story.act("Another server moves to another node and home again; its client works on");
    TwoNetworks networks = story.step("two networks, with a cable between them", stage::networks);
    Machine home = story.step("the node " + HOME, () -> stage.machine(HOME, networks.on(1)));
    Machine away =
        story.step(
            "the node " + AWAY + ", where nothing of " + HOME + "'s directory exists",
            () -> stage.machine(AWAY, without(home.file(""), networks.on(2))));
    story.step("they become a cluster", () -> join(home, away));

    Database database = new Database(stage, home, TASK);
    int port = ServicePort.find();
    Process server = story.step("start the server on " + HOME, () -> database.startServer(port));
    Child client =
        story.step("start the client, and wait for its rows", () -> database.startClient(port));
    for (int round = 1; round <= ROUNDS; round++) {
      move(home, AWAY, client);
      move(home, "home", client);
    }
    story.note(
        "pid " + server.pid() + (server.isAlive() ? " has been there all the time" : " HAS ENDED"));
    return story.step("the client counts", () -> database.count(client, story));
  }

  private static List<String> without(Path directory, List<String> place) {
    List<String> words = new ArrayList<>(place);
    words.addAll(WITHOUT);
    words.add(directory.toString());
    return words;
  }

  private static String join(Machine home, Machine away) throws IOException, InterruptedException {
    String token = home.ckpt().run("node", "init").path("token").asText();
    away.ckpt().run("node", "join", TwoNetworks.address(1), "--token", token);
    return token;
  }

  private void move(Machine home, String target, Child client) throws Exception {
    client.countWithin(length.between());
    client.passOver();
    story.note("the client is " + Database.awaitTransaction(client));
    story.command("migrate " + TASK + " " + target, home.ckpt().operation("migrate", TASK, target));
    Database.awaitTransaction(client);
  }
}
