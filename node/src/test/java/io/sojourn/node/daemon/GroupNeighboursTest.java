package io.sojourn.node.daemon;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Machine;
import io.sojourn.protocol.image.Manifest;
import io.sojourn.protocol.image.Process;
import io.sojourn.protocol.image.Socket;
import io.sojourn.protocol.image.TaskIdentity;
import io.sojourn.protocol.image.Thread;
import org.junit.jupiter.api.Test;

class GroupNeighboursTest {
  private static Manifest.Builder task(String name, String from, int pid) {
    return Manifest.newBuilder()
        .setTask(TaskIdentity.newBuilder().setName(name).setPid(pid))
        .setMachine(Machine.newBuilder().setNode(from))
        .addProcesses(Process.newBuilder().setPid(pid))
        .addThreads(Thread.newBuilder().setPid(pid).setTid(pid + 1));
  }

  private static Manifest listening(String name, String from, int pid, String end) {
    return task(name, from, pid)
        .addSockets(Socket.newBuilder().setProtocol("tcp6").setState("LISTEN").setLocal(end))
        .build();
  }

  private static void together(Manifest... images) {
    GroupNeighbours neighbours = new GroupNeighbours("c");
    for (Manifest image : images) neighbours.add(image);
  }

  @Test
  void aNumberIsOnesAlone() {
    assertThatThrownBy(
            () -> together(task("heat0", "a", 100).build(), task("heat1", "b", 101).build()))
        .isInstanceOf(OperationException.class)
        .hasMessageContainingAll("heat0", "heat1", "number 101", "node c");
    together(task("heat0", "a", 100).build(), task("heat1", "b", 200).build());
  }

  @Test
  void soIsAPort() {
    String all = "[0:0:0:0:0:0:0:0]:7000", one = "10.0.0.3:7000", loopback = "127.0.0.1:7000";
    for (String other : new String[] {all, one, "0.0.0.0:7000"})
      assertThatThrownBy(
              () ->
                  together(listening("heat0", "a", 100, all), listening("heat1", "b", 200, other)))
          .isInstanceOf(OperationException.class)
          .hasMessageContainingAll("heat0", "heat1", "port 7000");
    assertThatCode(
            () ->
                together(listening("heat0", "a", 100, one), listening("heat1", "b", 200, loopback)))
        .doesNotThrowAnyException();
  }

  /** Two of one node may have shared it, by SO_REUSEPORT. */
  @Test
  void whatTwoHadSideBySideTheyMayHaveAgain() {
    assertThatCode(
            () ->
                together(
                    listening("heat0", "a", 100, "0.0.0.0:7000"),
                    listening("heat1", "a", 200, "0.0.0.0:7000")))
        .doesNotThrowAnyException();
  }
}
