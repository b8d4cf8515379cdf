package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.schedule.WhenLost;
import io.sojourn.protocol.node.MigrateRequest;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import java.time.Duration;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "migrate",
    description = "Moves a running task to another node, or home again; its home stays the same.")
final class MigrateCommand extends OperationCall {
  @Parameters(index = "0", paramLabel = "TASK", description = "A task's name, id or pid.")
  private String task = "";

  @Parameters(
      index = "1",
      paramLabel = "NODE|home",
      description = "A node's name (ckpt nodes), or home.")
  private String node = "";

  @Option(
      names = "--lazy",
      description =
          "Let it run there at once, and bring its memory after: a shorter pause, but until all is"
              + " there, what it touches comes over the network.")
  private boolean lazy;

  @Option(
      names = "--limit",
      paramLabel = "TIME",
      converter = Quantities.Time.class,
      description =
          "Give up when the task is not restored there after that long; it runs on where it was."
              + " Default: 60s, and 1s more for each 10 MiB of its image.")
  private @Nullable Duration limit;

  @Option(
      names = "--home-lost",
      paramLabel = "wait|fail:TIME",
      description =
          "What its file calls and connections do there while its home cannot be reached: wait, or"
              + " fail after a time, as in fail:5m. Default: what its agent's options say, or"
              + " wait.")
  private String homeLost = "";

  @Option(
      names = "--guest-lost",
      paramLabel = "keep|reset:TIME",
      description =
          "What its home does with its connections while that node is not heard of: keep them open,"
              + " or reset them after a time, as in reset:10m. Default: what its agent's options"
              + " say, or keep.")
  private String guestLost = "";

  @Override
  Iterator<OperationEvent> start(NodeClient client) {
    MigrateRequest.Builder request =
        MigrateRequest.newBuilder()
            .setTask(task)
            .setNode(node)
            .setLazy(lazy)
            .setLimitMillis(limit == null ? 0 : limit.toMillis());
    if (!homeLost.isEmpty())
      request.setHomeLostMillis(
          millis(WhenLost.HOME, "--home-lost", homeLost, "use wait, or fail and a time: fail:5m"));
    if (!guestLost.isEmpty())
      request.setGuestLostMillis(
          millis(
              WhenLost.GUEST,
              "--guest-lost",
              guestLost,
              "use keep, or reset and a time: reset:10m"));
    return client.node().migrate(request.build());
  }

  private static long millis(WhenLost what, String option, String text, String mend) {
    try {
      return what.millis(text);
    } catch (IllegalArgumentException wrong) {
      throw OperationException.usage(option + ": " + wrong.getMessage(), mend);
    }
  }

  @Override
  String sentence(OperationResult result) {
    return "%s runs on node %s: life %d, after %s"
        .formatted(
            result.getTask(),
            result.getNode(),
            result.getIncarnation(),
            Units.millis(result.getPauseMillis()));
  }
}
