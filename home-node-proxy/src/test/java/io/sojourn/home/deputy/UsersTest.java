package io.sojourn.home.deputy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Proc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Deputies of ordinary users, who reach neither our programs nor our sockets. */
@Timeout(60)
class UsersTest {
  private static final int NOBODY = 65534;
  private static final int USR1 = 10;

  @RegisterExtension final Stage stage = new Stage();

  private int sleepOfNobody(String... before) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of(before));
    command.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    command.addAll(List.of("sleep", "600"));
    int pid = Stage.pid(stage.start(command.toArray(String[]::new)));
    await().until(() -> Proc.command(pid).equals("sleep"));
    return pid;
  }

  private void works(Deputy deputy) throws Exception {
    Heard heard = Heard.of(deputy);
    assertThat(Proc.owner(deputy.pid())).startsWith(NOBODY);
    assertThat(Proc.command(deputy.pid())).isEqualTo("ckpt-deputy");
    Process kill =
        stage.start(
            "setpriv", "--reuid=" + NOBODY, "--clear-groups", "kill", "-USR1", "" + deputy.pid());
    assertThat(kill.waitFor()).isZero();
    heard.hears("signal " + USR1);
    assertThat(heard.signals.remove().senderUid()).isEqualTo(NOBODY);
    deputy.descriptors().duplicate(0).close();
  }

  @Test
  void whoReachTheProgram() throws Exception {
    stage.place();
    Deputy deputy = stage.deputyOf(sleepOfNobody());
    works(deputy);
    assertThat(Proc.executable(deputy.pid())).endsWith("runtime/ckpt-deputy");
  }

  @Test
  void whoDoNotReachTheProgram() throws Exception {
    Files.setPosixFilePermissions(stage.runtime(), PosixFilePermissions.fromString("rwx------"));
    Deputy deputy = stage.deputyOf(sleepOfNobody());
    works(deputy);
    assertThat(Proc.executable(deputy.pid())).startsWith("/memfd:");
  }

  /** In mounts of its own, where another file has the place of our program. */
  @Test
  void whoFindSomethingElseInItsPlace() throws Exception {
    Path false_ = stage.place().resolve("false");
    Files.copy(Path.of("/bin/false"), false_);
    Process shell =
        stage.start(
            "unshare",
            "-m",
            "sh",
            "-c",
            "mount --bind " + false_ + " " + stage.runtime() + "/ckpt-deputy; exec sleep 600");
    int pid = Stage.pid(shell);
    await().until(() -> Proc.command(pid).equals("sleep"));
    Deputy deputy = stage.deputyOf(pid);
    Heard.of(deputy);
    assertThat(Proc.executable(pid)).startsWith("/memfd:");
  }

  @Test
  void mayNotConnectTo() throws Exception {
    Deputy deputy = stage.deputyOf(sleepOfNobody());
    Heard.of(deputy);
    Path sockets = stage.runtime().resolveSibling("deputies");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sockets)))
        .isEqualTo("rwx------");
    Path socket = sockets.resolve(deputy.name().file());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
  }

  @Test
  void aFreshOneIsItsUsersAndHasNothingOpen() throws Exception {
    TaskUser user = new TaskUser(NOBODY, NOBODY, List.of(NOBODY, 100));
    int free = unusedPid();
    Deputy deputy = stage.own(stage.birth().fresh("fresh", 4, free, user));
    works(deputy);
    assertThat(deputy.pid()).isEqualTo(free);
    assertThat(deputy.name().incarnation()).isEqualTo(4);
    assertThat(deputy.descriptors().all())
        .hasSize(3)
        .allMatch(held -> held.target().equals("/dev/null"));
    assertThat(Files.readString(Path.of("/proc/" + free + "/status")))
        .containsPattern("Groups:\\s+100 65534");
    deputy.exit(0);
  }

  @Test
  void aFreshOneTakesAnotherNumberWhereItsOwnIsTaken() throws Exception {
    int taken = (int) ProcessHandle.current().pid();
    Deputy deputy =
        stage.own(stage.birth().fresh("fresh", 2, taken, new TaskUser(0, 0, List.of())));
    Heard.of(deputy);
    assertThat(deputy.pid()).isNotEqualTo(taken);
  }

  private static int unusedPid() {
    int pid = Proc.lastPid();
    do pid = pid > 30_000 ? 2_000 : pid + 500;
    while (Proc.exists(pid));
    return pid;
  }
}
