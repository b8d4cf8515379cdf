package io.sojourn.node.cli;

import io.sojourn.protocol.node.CheckpointRequest;
import io.sojourn.protocol.node.CheckpointRequest.Collection;
import io.sojourn.protocol.node.CheckpointRequest.Then;
import io.sojourn.protocol.node.OperationEvent;
import io.sojourn.protocol.node.OperationResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What freezing and checkpointing have in common. */
abstract class CheckpointCall extends OperationCall {
  /** As in {@code --gc=full}. */
  enum Gc {
    auto,
    full,
    none
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Make the image in this new directory. Default: in the node's repository.")
  private @Nullable Path directory;

  @Option(
      names = "--gc",
      paramLabel = "auto|full|none",
      defaultValue = "auto",
      description =
          "Collect the heap before: where it costs less than to write the garbage (auto), always,"
              + " or never. Default: ${DEFAULT-VALUE}.")
  private Gc gc = Gc.auto;

  @Option(names = "--crac", description = "Call the program's CRaC resources around the stop.")
  private boolean crac;

  @Option(
      names = "--pause-limit",
      paramLabel = "TIME",
      defaultValue = "15s",
      converter = Quantities.Time.class,
      description =
          "Let the task run on, without an image, when its pause has taken that long."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration pauseLimit = Duration.ofSeconds(15);

  @Option(
      names = "--guard-limit",
      paramLabel = "TIME",
      converter = Quantities.Time.class,
      description =
          "Wait that long for guarded regions, and for CRaC resources. Default: 5s; 30s with"
              + " --crac.")
  private @Nullable Duration guardLimit;

  @Option(
      names = "--ghost-limit",
      paramLabel = "SIZE",
      defaultValue = "64M",
      converter = Quantities.Size.class,
      description =
          "Take deleted but open files up to that size into the image."
              + " Default: ${DEFAULT-VALUE}.")
  private long ghostLimit = 64 << 20;

  @Option(
      names = "--files",
      paramLabel = "[PATTERN:]rollback|keep|fail",
      description =
          "What a restore does with files that have changed by then: put them back, take them as they"
              + " are, or refuse. For all, or for those that fit; the last that fits counts.")
  private List<String> files = new ArrayList<>();

  @Option(
      names = "--volumes",
      paramLabel = "DIR[:DIR...]",
      split = ":",
      description = "Remember everything below these directories, besides what the task writes to.")
  private List<Path> volumes = new ArrayList<>();

  @Option(
      names = "--files-limit",
      paramLabel = "SIZE",
      converter = Quantities.Size.class,
      description =
          "Copy that much of files at most, where the file system cannot share it. Default: 256M.")
  private long filesLimit;

  abstract Then then();

  boolean withoutDeputy() {
    return false;
  }

  @Override
  Iterator<OperationEvent> start(NodeClient client) {
    CheckpointRequest.Builder request =
        CheckpointRequest.newBuilder()
            .setTask(task())
            .setThen(then())
            .setCollection(Collection.valueOf(gc.name().toUpperCase(Locale.ROOT)))
            .setCrac(crac)
            .setWithoutDeputy(withoutDeputy())
            .setPauseLimitMillis(pauseLimit.toMillis())
            .setGuardLimitMillis(guardLimit == null ? 0 : guardLimit.toMillis())
            .setGhostLimitBytes(ghostLimit)
            .addAllFiles(files)
            .addAllVolumes(
                volumes.stream().map(path -> session().absolute(path).toString()).toList())
            .setFilesLimitBytes(filesLimit)
            .setDirectory(directory == null ? "" : session().absolute(directory).toString());
    complete(request);
    return client.node().checkpoint(request.build());
  }

  /** A name, an id or a pid. */
  abstract String task();

  /** Says what only one of the commands has. */
  void complete(CheckpointRequest.Builder request) {}

  static String into(OperationResult result) {
    return "%s, %s; stood still for %s"
        .formatted(
            result.getImage(),
            Units.bytes(result.getBytes()),
            Units.millis(result.getPauseMillis()));
  }
}
