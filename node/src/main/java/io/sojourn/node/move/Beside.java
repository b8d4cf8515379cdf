package io.sojourn.node.move;

import io.sojourn.engine.linux.InternetSocket;
import io.sojourn.home.deputy.Deputy;
import io.sojourn.restore.world.Revival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Restores a task at home, in the place that its deputy keeps. */
final class Beside {
  private final Moves.Settings settings;

  Beside(Moves.Settings settings) {
    this.settings = settings;
  }

  /** The task stands still. Home's own ends of its connections are closed already. */
  Revival restore(Path image, MovedTask task) throws IOException {
    giveUpSockets(task.deputy());
    Path notes = notes(settings, task.id());
    return Revival.begin(
        new Revival.Order(
            List.of(settings.shim().toString(), "run", "--beside"),
            settings.criu().get(),
            settings.shim(),
            image,
            notes,
            notes,
            settings.runDirectory()));
  }

  /** Where CRIU and the shim note things, the task's end among them. */
  static Path notes(Moves.Settings settings, String task) {
    return settings.runDirectory().resolve("beside").resolve(task);
  }

  /** What the deputy holds of connections and addresses is the task's again. */
  private static void giveUpSockets(Deputy deputy) throws IOException {
    for (Map.Entry<Integer, InternetSocket> held : deputy.descriptors().sockets().entrySet())
      deputy.descriptors().closeSilently(held.getKey());
  }
}
