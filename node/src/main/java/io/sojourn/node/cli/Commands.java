package io.sojourn.node.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * The commands by name. Only the one that is meant is looked at: reading the options of all would
 * cost more time than most of them take.
 */
final class Commands {
  private static final Map<String, Supplier<Object>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("doctor", DoctorCommand::new);
    ALL.put("ps", PsCommand::new);
    ALL.put("freeze", FreezeCommand::new);
    ALL.put("restore", RestoreCommand::new);
    ALL.put("checkpoint", CheckpointCommand::new);
    ALL.put("migrate", MigrateCommand::new);
    ALL.put("images", ImagesCommand::new);
    ALL.put("inspect", InspectCommand::new);
    ALL.put("verify", VerifyCommand::new);
    ALL.put("rm", RmCommand::new);
    ALL.put("repository", RepositoryCommand::new);
    ALL.put("attach", AttachCommand::new);
    ALL.put("ship", ShipCommand::new);
    ALL.put("node", NodeCommand::new);
    ALL.put("nodes", NodesCommand::new);
    ALL.put("completion", CompletionCommand::new);
    ALL.put("demo", DemoCommand::new);
    ALL.put("train", TrainCommand::new);
  }

  /**
   * Those that need nothing but a running daemon, so that it may run them itself, as root, for
   * whoever calls. Such a command touches no file, and knows its caller's process by {@link
   * Session} alone.
   */
  static final List<String> QUICK =
      List.of("ps", "freeze", "restore", "checkpoint", "images", "inspect", "verify", "rm");

  private Commands() {}

  /** With the command that {@code args} begin with, or with all where they begin otherwise. */
  static CommandLine of(Object root, String... args) {
    CommandLine line = new CommandLine(root);
    boolean oneIsMeant = args.length > 0 && ALL.containsKey(args[0]);
    ALL.forEach(
        (name, command) -> {
          if (!oneIsMeant || name.equals(args[0])) line.addSubcommand(name, command.get());
        });
    Failures failures = new Failures(args);
    return line.setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }
}
