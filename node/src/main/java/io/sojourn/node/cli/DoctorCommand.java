package io.sojourn.node.cli;

import io.sojourn.node.daemon.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    description = "Says what this node can and cannot do, and the mend for each.")
final class DoctorCommand extends NodeCall {
  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Images and tasks. Default: $SOJOURN_STATE_DIR, or /var/lib/sojourn.")
  private @Nullable Path stateDirectory;

  @Override
  public Integer call() throws IOException {
    NodeConfig config = NodeConfig.of(System.getenv(), runDirectory(), stateDirectory, null);
    List<Check> checks = new ArrayList<>(KernelChecks.all());
    checks.addAll(new NodeChecks(config).all());
    boolean ready = checks.stream().noneMatch(check -> check.state() == Check.State.MISSING);
    if (json()) print(toJson(checks, ready));
    else print(toTable(checks) + "\n" + (ready ? "this node is ready" : "this node is not ready"));
    return ready ? 0 : 1;
  }

  static JsonText toJson(List<Check> checks, boolean ready) {
    JsonText text = new JsonText().object().put("ready", ready).array("checks");
    for (Check check : checks)
      text.object()
          .put("name", check.name())
          .put("state", state(check))
          .put("found", check.found())
          .put("mend", check.mend())
          .end();
    return text.end().end();
  }

  static String toTable(List<Check> checks) {
    Table table = new Table("CHECK", "", "FOUND");
    for (Check check : checks) {
      table.row(check.name(), state(check), check.found());
      if (!check.mend().isEmpty()) table.row("", "", "  mend: " + check.mend());
    }
    return table.toString();
  }

  private static String state(Check check) {
    return check.state().name().toLowerCase(Locale.ROOT);
  }
}
