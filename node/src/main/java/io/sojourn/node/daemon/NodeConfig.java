package io.sojourn.node.daemon;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.archive.RepositoryPlace;
import io.sojourn.node.trigger.Triggers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a node keeps its things, and what it is called. An option wins over the environment, the
 * environment over the default.
 *
 * @param runDirectory sockets and the lock; emptied by a reboot
 * @param stateDirectory images, tasks and CRIU; kept
 * @param nodeName by default the host's
 * @param repository where images are stored besides
 * @param triggers when tasks are checkpointed without being asked
 * @param lease after how long of silence other nodes take over what they may
 */
public record NodeConfig(
    Path runDirectory,
    Path stateDirectory,
    String nodeName,
    RepositoryPlace repository,
    Triggers triggers,
    Duration lease) {
  /** A unix socket's path has 107 bytes at the most; ours add up to 17 to the directory. */
  private static final int LONGEST = 90;

  public static final String RUN_DIR = "SOJOURN_RUN_DIR";
  public static final String STATE_DIR = "SOJOURN_STATE_DIR";
  public static final String NODE_NAME = "SOJOURN_NODE_NAME";

  /** "off": large tasks stand still until their memory is stored, and need no more of it. */
  static final String MEMORY_COPIES = "SOJOURN_MEMORY_COPIES";

  static final String OFF = "off";

  public static final Duration LEASE = Duration.ofSeconds(60);

  /** Without a repository. */
  NodeConfig(Path runDirectory, Path stateDirectory, String nodeName) {
    this(runDirectory, stateDirectory, nodeName, RepositoryPlace.NONE, Triggers.NONE, LEASE);
  }

  /** With other triggers than none, and another lease. */
  NodeConfig withTriggers(Triggers triggers, Duration lease) {
    return new NodeConfig(runDirectory, stateDirectory, nodeName, repository, triggers, lease);
  }

  /** With another repository than the environment says, or another key for it. */
  NodeConfig withRepository(@Nullable String place, @Nullable String keyFile) {
    return new NodeConfig(
        runDirectory,
        stateDirectory,
        nodeName,
        new RepositoryPlace(
            first(place, repository.place()),
            first(keyFile, repository.keyFile()),
            repository.keys()),
        triggers,
        lease);
  }

  /** A null or empty option counts as not given. */
  public static NodeConfig of(
      Map<String, String> environment,
      @Nullable Path runDirectory,
      @Nullable Path stateDirectory,
      @Nullable String nodeName) {
    return new NodeConfig(
        directory(runDirectory, environment.get(RUN_DIR), "/run/sojourn"),
        directory(stateDirectory, environment.get(STATE_DIR), "/var/lib/sojourn"),
        first(nodeName, environment.get(NODE_NAME)).isEmpty()
            ? hostName()
            : checked(first(nodeName, environment.get(NODE_NAME))),
        new RepositoryPlace(
            first(null, environment.get(RepositoryPlace.PLACE)),
            first(null, environment.get(RepositoryPlace.KEY_FILE)),
            first(null, environment.get(RepositoryPlace.KEYS))),
        Triggers.NONE,
        LEASE);
  }

  public Path socket() {
    return runDirectory.resolve("node.sock");
  }

  /** Where agents knock. */
  public Path agentSocket() {
    return runDirectory.resolve("agent.sock");
  }

  /** Where command lines are run for whoever has typed them. */
  public Path commandSocket() {
    return runDirectory.resolve("ckpt.sock");
  }

  public Path images() {
    return stateDirectory.resolve("images");
  }

  /**
   * Images that came from other nodes and shall not touch a disk: in the run directory if that is
   * on a tmpfs, or else where Linux has one for shared memory, in a directory a run directory.
   */
  public Path imagesInMemory() {
    return MemoryPlace.of(runDirectory);
  }

  /** There while the node takes no tasks. */
  public Path drained() {
    return stateDirectory.resolve("drained");
  }

  public Path tasks() {
    return stateDirectory.resolve("tasks");
  }

  /** What the daemon says when it was started by {@code ckpt node start}. */
  public Path log() {
    return stateDirectory.resolve("ckptd.log");
  }

  private static Path directory(
      @Nullable Path option, @Nullable String environment, String otherwise) {
    String text = first(option == null ? null : option.toString(), environment);
    if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST)
      throw OperationException.usage(
          "the directory " + text + " has too long a name for a socket in it",
          "use one of at most " + LONGEST + " bytes");
    // Agents write the name of their run directory as they were given it: no symbolic link is
    // followed here.
    return Path.of(text.isEmpty() ? otherwise : text).toAbsolutePath().normalize();
  }

  private static String first(@Nullable String one, @Nullable String other) {
    return one != null && !one.isBlank() ? one : Objects.requireNonNullElse(other, "").trim();
  }

  private static String checked(String name) {
    if (!name.matches("[A-Za-z0-9._-]{1,64}"))
      throw OperationException.usage(
          "'" + name + "' cannot be a node's name",
          "use 1 to 64 letters, digits, '.', '_' or '-' (--node-name)");
    return name;
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
    } catch (IOException noProc) {
      return "localhost";
    }
  }
}
