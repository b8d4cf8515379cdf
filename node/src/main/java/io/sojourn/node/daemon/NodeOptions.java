package io.sojourn.node.daemon;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be said of a node on a command line, beside where its daemon is found. */
public final class NodeOptions {
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

  /** With the environment's words where an option was not given. */
  public NodeConfig config(@Nullable Path runDirectory) {
    return NodeConfig.of(System.getenv(), runDirectory, stateDirectory, nodeName)
        .withRepository(repository, repositoryKey);
  }
}
