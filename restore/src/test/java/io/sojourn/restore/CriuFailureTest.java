package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.operation.OperationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriuFailureTest {
  @TempDir Path directory;

  @Test
  void theFirstErrorIsTheCause() throws IOException {
    OperationException failure =
        afterLog(
            """
            (00.01) Error (criu/tun.c:85): tun: Unable to create tun: No such file or directory
            (00.01) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: No
            (00.02) 77: Error (criu/files-reg.c:2175): File a/b has bad size 50 (expect 11)
            (00.03) Error (criu/cr-restore.c:2331): Restoring FAILED.
            """);
    assertThat(failure.kind()).isEqualTo(OperationException.Kind.FAILED);
    assertThat(failure).hasMessageEndingWith("File a/b has bad size 50 (expect 11)");
    assertThat(failure.mend()).contains("restore.log");
  }

  @Test
  void anAddressInUseIsSaidInPlainWords() throws IOException {
    assertThat(
            afterLog(
                "Error (soccr/soccr.c:499): Can't bind inet socket back: Address already in use\n"))
        .hasMessageContaining("a connection of the task cannot be made again");
  }

  @Test
  void aNumberThatWasTakenMeanwhileIsChance() throws IOException {
    assertThat(
            afterLog("pie: 75: Error (criu/pie/restorer.c:2185): Unable to create a thread: -17\n"))
        .hasMessageContaining("taken at the last moment");
    assertThat(CriuFailure.byChance(Orders.in(directory).order())).isTrue();
  }

  @Test
  void withoutALogTheShimsComplaintIsTheCause() throws IOException {
    RestoreOrder order = Orders.in(directory).order();
    LogDirectory logs = LogDirectory.create(order.logs());
    Files.writeString(logs.shimLog(), "ckpt-shim: cannot run /criu: No such file or directory\n");
    assertThat(CriuFailure.of(order, logs, "failed exited 1"))
        .hasMessageContaining("cannot run /criu");
  }

  /** Those whom it has left alone complain, and are not the cause. */
  @Test
  void aDeathIsTheCauseWhoeverComplainsOfIt() throws IOException {
    RestoreOrder order = Orders.in(directory).order();
    LogDirectory logs = LogDirectory.create(order.logs());
    assertThat(CriuFailure.of(order, logs, "failed killed 9"))
        .hasMessageEndingWith("it was killed by signal 9");
    Files.writeString(logs.shimLog(), "write: Broken pipe\n");
    assertThat(CriuFailure.of(order, logs, "failed killed 9"))
        .hasMessageEndingWith("it was killed by signal 9 (write: Broken pipe)");
  }

  private OperationException afterLog(String log) throws IOException {
    RestoreOrder order = Orders.in(directory).order();
    LogDirectory logs = LogDirectory.create(order.logs());
    Files.writeString(logs.criuLog(), log);
    return CriuFailure.of(order, logs, "failed exited 1");
  }
}
