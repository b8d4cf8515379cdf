package io.sojourn.node.cli;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.node.ListTasksRequest;
import io.sojourn.protocol.node.Task;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "attach",
    description = "Takes a JVM under care that was started without the agent.")
final class AttachCommand extends NodeCall {
  @Parameters(paramLabel = "PID", description = "Of a JVM of yours; root: of any.")
  private int pid;

  @Option(
      names = "--options",
      paramLabel = "OPTIONS",
      defaultValue = "",
      description = "Of the agent, as in -javaagent:migrate.jar=OPTIONS; name=web.")
  private String options = "";

  @Override
  public Integer call() {
    try (NodeClient client = connect()) {
      ListTasksRequest all = ListTasksRequest.getDefaultInstance();
      if (find(client.node().listTasks(all).getTasksList()) != null)
        throw OperationException.refused(
            "pid " + pid + " is under care already", "ckpt ps " + pid + " shows it");
      check();
      load();
      // The agent has published its task when it returns from agentmain.
      Task task = find(client.node().listTasks(all).getTasksList());
      if (task == null) throw notSeen();
      if (json()) print(PsCommand.toJson(List.of(task)));
      else print("task " + task.getName() + " (" + task.getId() + "), pid " + pid);
    }
    return 0;
  }

  private @Nullable Task find(List<Task> tasks) {
    return tasks.stream().filter(task -> task.getPid() == pid).findFirst().orElse(null);
  }

  private void check() {
    if (!Proc.exists(pid))
      throw OperationException.notFound("no process " + pid, "jps lists your JVMs");
    int uid = Proc.owner(pid)[0];
    int mine = Proc.owner((int) ProcessHandle.current().pid())[0];
    if (mine != 0 && uid != mine)
      throw OperationException.refused(
          "process " + pid + " belongs to uid " + uid + ", and you are uid " + mine,
          "attach as its owner or as root");
    JvmProcess.check(pid);
  }

  private void load() {
    String jar = Installation.here().agentJar().toString();
    try {
      VirtualMachine jvm = VirtualMachine.attach(String.valueOf(pid));
      try {
        jvm.loadAgent(jar, options);
      } finally {
        jvm.detach();
      }
    } catch (AttachNotSupportedException | IOException refused) {
      throw OperationException.failed(
          "JVM " + pid + " does not let anybody attach: " + refused.getMessage(),
          "start it without -XX:+DisableAttachMechanism, or with -javaagent:" + jar,
          refused);
    } catch (AgentLoadException | AgentInitializationException broken) {
      throw OperationException.failed(
          "the agent did not start in JVM " + pid + ": " + broken.getMessage(),
          "see whether the JVM may read " + jar,
          broken);
    }
  }

  private OperationException notSeen() {
    String theirs = JvmProcess.environment(pid).getOrDefault("SOJOURN_RUN_DIR", "/run/sojourn");
    return theirs.equals(config().runDirectory().toString())
        ? OperationException.failed(
            "the agent is in JVM " + pid + ", and the daemon does not see its task",
            "see whether the JVM could load " + Installation.here().agentJar())
        : OperationException.failed(
            "JVM " + pid + " belongs to the daemon of " + theirs,
            "ask that one: ckpt ps --run-dir " + theirs);
  }
}
