package io.sojourn.node.cli;

import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.node.daemon.NodeConfig;
import io.sojourn.node.demo.Demo;
import io.sojourn.node.demo.Length;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = {
      "The whole story on this machine, with real programs: a database server is frozen in the middle"
          + " of its work and restored, twice; a training is killed and goes on from its checkpoint;"
          + " another server moves to a second node and home again, twice, while its client works.",
      "With node daemons, networks and directories of its own, which are gone at the end. Takes a"
          + " minute."
    })
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Answer in JSON, at the end.")
  private boolean json;

  @Option(
      names = "--short",
      description = "The server is away for 2 s rather than 10, and the training is shorter.")
  private boolean brief;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Override
  public Integer call() throws Exception {
    if (Proc.owner((int) ProcessHandle.current().pid())[0] != 0)
      throw OperationException.refused(
          "only root can start node daemons and network namespaces",
          "call it as root: sudo ckpt demo");
    Installation here = Installation.here();
    Demo demo =
        new Demo(
            here.root(),
            here.runtime(),
            NodeConfig.of(System.getenv(), null, null, null).stateDirectory(),
            brief ? Length.SHORT : Length.FULL,
            json ? line -> {} : this::say);
    Demo.Outcome outcome = demo.run();
    if (json) say(toJson(outcome).toString());
    return outcome.right() ? 0 : 1;
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private static JsonText toJson(Demo.Outcome outcome) {
    JsonText text = new JsonText().object().put("right", outcome.right());
    count(text, outcome.frozen());
    text.object("moved");
    count(text, outcome.moved());
    text.end()
        .put("weightsEqual", outcome.weightsEqual())
        .put("directory", outcome.directory().toString())
        .array("phases");
    outcome
        .phases()
        .forEach(
            phase ->
                text.object().put("name", phase.name()).millis("millis", phase.millis()).end());
    return text.end().end();
  }

  private static void count(JsonText text, Demo.Count count) {
    text.put("transactions", count.transactions())
        .put("rows", count.rows())
        .put("missing", count.missing())
        .put("duplicates", count.duplicates())
        .put("unexpected", count.unexpected())
        .put("errors", count.errors())
        .put("longestCallMillis", count.longestCallMillis());
  }
}
