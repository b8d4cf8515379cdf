package io.sojourn.node.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.node.GetNodeRequest;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;

@Command(
    name = "stop",
    description = "Ends the daemon, when what it is doing is done. Tasks run on.")
final class NodeStopCommand extends NodeCall {
  /** Longer than the daemon itself waits for operations, and for checkpoints at its end. */
  private static final int LIMIT_SECONDS = 150;

  @Override
  public Integer call() throws InterruptedException, ExecutionException {
    int pid;
    try (NodeClient client = connect()) {
      pid = client.node().getNode(GetNodeRequest.getDefaultInstance()).getPid();
    } catch (StatusRuntimeException nobody) {
      if (nobody.getStatus().getCode() != Status.Code.UNAVAILABLE) throw nobody;
      throw OperationException.failed("no node daemon answers here", "there is nothing to end");
    }
    ProcessHandle daemon =
        ProcessHandle.of(pid)
            .orElseThrow(
                () ->
                    OperationException.failed(
                        "the daemon, pid " + pid + ", is in another pid namespace",
                        "send it SIGTERM from there"));
    if (!daemon.destroy())
      throw OperationException.refused(
          "the daemon, pid " + pid + ", is not yours", "end it as its owner");
    try {
      daemon.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException busy) {
      throw OperationException.failed(
          "the daemon, pid " + pid + ", has not ended within " + LIMIT_SECONDS + " s",
          "see what it is doing: ckpt ps, and its log");
    }
    if (json()) print(new JsonText().object().put("pid", pid).end());
    else print("ended, pid " + pid);
    return 0;
  }
}
