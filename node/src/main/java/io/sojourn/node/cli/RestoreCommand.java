package io.sojourn.node.cli;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import io.sojourn.protocol.node.RestoreRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "restore", description = "Runs a task again from an image.")
final class RestoreCommand extends OperationCall {
  @Parameters(
      arity = "0..1",
      paramLabel = "IMAGE|TASK",
      description = "An image's name or directory, or a task's name or id: its newest image.")
  private @Nullable String target;

  @Option(
      names = "--group",
      paramLabel = "GROUP|GROUP@N",
      description =
          "Instead: all tasks of a group, from its newest complete image or from that one.")
  private @Nullable String group;

  @Option(
      names = "--end-living",
      description =
          "End those tasks of the group that live; what they have done since the image was made is"
              + " lost.")
  private boolean endLiving;

  @Option(
      names = "--clone",
      description =
          "Make a second task of it, in namespaces of its own, where the first may live on.")
  private boolean asClone;

  @Option(
      names = "--on",
      split = ",",
      paramLabel = "NODE|TASK=NODE|NODE=OTHER",
      description =
          "Run it on this node of the cluster; its home stays the same. With --group: all tasks, one"
              + " of them, or those of a node live there from now on, and have their home there.")
  private List<String> on = new ArrayList<>();

  @Option(
      names = "--give-up",
      description =
          "Where the task is on a node that cannot be reached: give up its life there, and what it"
              + " has done since the image was made. With --group: the same of its tasks on nodes"
              + " that are lost for good.")
  private boolean giveUp;

  @Option(
      names = "--accept-changed-files",
      description = "Go on where a file has another content, but its size.")
  private boolean acceptChangedFiles;

  @Option(
      names = "--files",
      paramLabel = "[PATTERN:]rollback|keep|fail",
      description =
          "What becomes of files that have changed, instead of what was said for the image: put them"
              + " back, take them as they are, or refuse.")
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--streams-may-be-lost",
      description = "A standard stream whose other end is gone becomes /dev/null.")
  private boolean streamsMayBeLost;

  @Option(
      names = "--limit",
      paramLabel = "TIME",
      converter = Quantities.Time.class,
      description =
          "Give up when the task does not run after that long. Default: 60s, and 1s more for each"
              + " 10 MiB.")
  private @Nullable Duration limit;

  @Override
  public Integer call() {
    if ((target == null) == (group == null))
      throw OperationException.usage(
          "one task or image, or one group, is to be named",
          "ckpt restore IMAGE|TASK, or ckpt restore --group GROUP");
    if (group == null && (on.size() > 1 || node().indexOf('=') >= 0))
      throw OperationException.usage(
          "a task is restored on one node", "name that: --on NODE; several are for --group");
    if (endLiving && group == null)
      throw OperationException.usage("--end-living is for a group", "say --group, too");
    return super.call();
  }

  @Override
  Iterator<OperationEvent> start(NodeClient client) {
    return client
        .node()
        .restore(
            RestoreRequest.newBuilder()
                .setTarget(target == null ? "" : session().image(target))
                .setGroup(group == null ? "" : group)
                .setEndLiving(endLiving)
                .setClone(asClone)
                .setAcceptChangedFiles(acceptChangedFiles)
                .addAllFiles(files)
                .setStreamsMayBeLost(streamsMayBeLost)
                .setLimitMillis(limit == null ? 0 : limit.toMillis())
                .setNode(group == null ? node() : "")
                .addAllPlaces(group == null ? List.of() : on)
                .setGiveUp(giveUp)
                .build());
  }

  private String node() {
    return on.isEmpty() ? "" : on.get(0);
  }

  @Override
  String sentence(OperationResult result) {
    if (group != null)
      return "restored %d tasks of group %s from %s, %s, after %s\n%s"
          .formatted(
              result.getMembersCount(),
              result.getGroup(),
              result.getGroupImage(),
              Units.bytes(result.getBytes()),
              Units.millis(result.getTotalMillis()),
              members(result));
    return "restored %s from %s, %s%s: pid %d, life %d, after %s"
        .formatted(
            result.getTask(),
            result.getImage(),
            Units.bytes(result.getBytes()),
            result.getNode().isEmpty() ? "" : ", on node " + result.getNode(),
            result.getPid(),
            result.getIncarnation(),
            Units.millis(result.getPauseMillis()));
  }
}
