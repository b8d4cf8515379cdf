package io.sojourn.node.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command, {@code ckpt}. */
@Command(
    name = "ckpt",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Freezes, checkpoints and restores running JVMs.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:failed, and the task runs on as before",
      "2:usage",
      "3:no such task, image or node",
      "4:refused before anything was touched"
    },
    footer = {"", "TASK is a task's name, id or pid; IMAGE an image's name or directory."})
public final class Ckpt implements Runnable {
  @Spec private CommandSpec spec;

  private final Session session;

  private Ckpt(Session session) {
    this.session = session;
  }

  /** Runs the command line and exits with its status. */
  public static void main(String[] args) {
    // What we say is English, wherever it is read.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(args));
  }

  /**
   * Runs a command line for somebody else, and returns its exit status.
   *
   * @param args begin with one of {@link #quick()}
   */
  public static int run(Session session, PrintWriter out, PrintWriter err, String... args) {
    if (args.length == 0 || !quick().contains(args[0]))
      throw new IllegalArgumentException("a command that only its caller's process may run");
    return Commands.of(new Ckpt(session), args)
        .setOut(out)
        .setErr(err)
        // A word @FILE stands for the words in a file, which would be read with this process's
        // rights.
        .setExpandAtFiles(false)
        .setColorScheme(Help.defaultColorScheme(Ansi.OFF))
        .execute(args);
  }

  /** The commands that may be run for somebody else. */
  public static List<String> quick() {
    return Commands.QUICK;
  }

  static int run(String... args) {
    return line(args).execute(args);
  }

  /** Ready for these arguments; without any, it has all commands. */
  static CommandLine line(String... args) {
    return Commands.of(new Ckpt(Session.own()), args);
  }

  Session session() {
    return session;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? ckpt --help lists them");
  }
}
