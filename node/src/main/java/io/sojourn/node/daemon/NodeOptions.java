package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.schedule.Durations;
import io.sojourn.node.trigger.Triggers;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be said of a node on a command line, beside where its daemon is found. */
public final class NodeOptions {
  /** A sixth of it is the time between two signs of life. */
  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(3);

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Images and tasks. Default: $SOJOURN_STATE_DIR, or /var/lib/sojourn.")
  private @Nullable Path stateDirectory;

  @Option(
      names = "--node-name",
      paramLabel = "NAME",
      description = "Default: $SOJOURN_NODE_NAME, or the host's name.")
  private @Nullable String nodeName;

  @Option(
      names = "--repository",
      paramLabel = "PLACE",
      description =
          "Store images there: an absolute directory, or s3://BUCKET/PREFIX. Default:"
              + " $SOJOURN_REPOSITORY, or nowhere.")
  private @Nullable String repository;

  @Option(
      names = "--repository-key",
      paramLabel = "FILE",
      description =
          "Encrypt what is stored: a key of 64 hex digits in each line, the first for what is new."
              + " Default: $SOJOURN_REPOSITORY_KEY_FILE, or the keys in $SOJOURN_REPOSITORY_KEY.")
  private @Nullable String repositoryKey;

  @Option(
      names = "--checkpoints-at-once",
      paramLabel = "N",
      description =
          "How many of the checkpoints that nobody has asked for are made at a time. Default:"
              + " ${DEFAULT-VALUE}.",
      defaultValue = "1")
  private int atOnce = 1;

  @Option(
      names = "--checkpoint-at-end",
      description = "Checkpoint all tasks before the daemon ends on SIGTERM.")
  private boolean atEnd;

  @Option(
      names = "--interruption",
      paramLabel = "FILE|URL",
      description =
          "Checkpoint all tasks when this file is there, or this URL answers with status 200 and not"
              + " FALSE or NONE: the machine is about to be taken away.")
  private @Nullable String interruption;

  @Option(
      names = "--interruption-poll",
      paramLabel = "TIME",
      description = "How often that is looked at. Default: ${DEFAULT-VALUE}.",
      defaultValue = "5s")
  private String poll = "5s";

  @Option(
      names = "--memory-pressure",
      paramLabel = "PERCENT",
      description =
          "Checkpoint the tasks of --every when some process has waited for memory for that share of"
              + " two seconds; not again within a minute. Default: never.")
  private int memoryPressure;

  @Option(
      names = "--lease",
      paramLabel = "TIME",
      description =
          "Other nodes take over the tasks of --restart-on=any when this one has not written to the"
              + " repository for so long; they have ended here after two thirds of it. Default:"
              + " ${DEFAULT-VALUE}.",
      defaultValue = "60s")
  private String lease = "60s";

  /** With the environment's words where an option was not given. */
  public NodeConfig config(@Nullable Path runDirectory) {
    return NodeConfig.of(System.getenv(), runDirectory, stateDirectory, nodeName)
        .withRepository(repository, repositoryKey)
        .withTriggers(
            new Triggers(
                atOnce,
                atEnd,
                interruption == null ? "" : interruption,
                time("--interruption-poll", poll).toMillis(),
                memoryPressure),
            lease());
  }

  private Duration lease() {
    Duration parsed = time("--lease", lease);
    if (parsed.compareTo(SHORTEST_LEASE) < 0)
      throw OperationException.usage(
          "--lease is at least " + SHORTEST_LEASE.toSeconds() + " s", "say 60s, for instance");
    return parsed;
  }

  private static Duration time(String option, String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException wrong) {
      throw OperationException.usage(option + ": " + wrong.getMessage(), "write a time as in 5s");
    }
  }
}
