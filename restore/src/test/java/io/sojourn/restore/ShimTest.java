package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.linux.Descriptor;
import io.sojourn.engine.linux.Proc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real ckpt-shim, with shell scripts in CRIU's place. */
@Timeout(30)
class ShimTest {
  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();
  private Path shim, status, pidFile;

  @BeforeEach
  void unpack() throws IOException {
    shim = directory.resolve("ckpt-shim");
    try (InputStream in = ShimTest.class.getResourceAsStream("/native/linux-x86_64/ckpt-shim")) {
      Files.copy(Objects.requireNonNull(in), shim);
    }
    executable(shim);
    status = directory.resolve("status");
    pidFile = directory.resolve("pid");
  }

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void tellsHowATaskExited() throws IOException {
    Process run = restoring("sh -c 'sleep .3; exit 7' & echo $! > " + pidFile);
    assertThat(lines(run)).isEqualTo("done " + read(pidFile) + "\n");
    await().untilAsserted(() -> assertThat(status).hasContent("exited 7"));
    await().until(() -> !run.isAlive());
  }

  @Test
  void tellsWhatKilledATask() throws IOException {
    Process run = restoring("sleep 60 & echo $! > " + pidFile);
    lines(run);
    ProcessHandle.of(Long.parseLong(read(pidFile))).orElseThrow().destroyForcibly();
    await().untilAsserted(() -> assertThat(status).hasContent("killed 9"));
  }

  @Test
  void dependsOnNobodyWhileTheTaskLives() throws IOException {
    Process run = restoring("sleep 60 > /dev/null 2>&1 & echo $! > " + pidFile);
    lines(run); // Its end is the end of our pipe.
    int pid = (int) run.pid();
    assertThat(run.isAlive()).isTrue();
    assertThat(Descriptor.of(pid)).allMatch(held -> held.target().equals("/dev/null"));
    assertThat(Proc.workingDirectory(pid)).isEqualTo("/");
    assertThat(Proc.parent(Integer.parseInt(read(pidFile)))).isEqualTo(pid);
    assertThat(residentKilobytes(pid)).isLessThan(1024);
    ProcessHandle.of(Long.parseLong(read(pidFile))).orElseThrow().destroyForcibly();
  }

  @Test
  void leavesNothingOfARestoreThatFailed() throws Exception {
    Path left = directory.resolve("left");
    Process run =
        restoring(
            ("sh -c 'sleep 60 & echo $! > %1$s; exec sleep 60' &"
                    + " while [ ! -s %1$s ]; do sleep .01; done; exit 3")
                .formatted(left));
    assertThat(lines(run)).isEqualTo("failed exited 3\n");
    assertThat(run.waitFor()).isEqualTo(1);
    assertThat(ProcessHandle.of(Long.parseLong(read(left)))).isEmpty();
    assertThat(status).doesNotExist();
  }

  @Test
  void saysWhatCannotBeRun() throws Exception {
    Process run = run("/no/such/criu");
    assertThat(lines(run)).isEqualTo("failed exited 1\n");
    assertThat(new String(run.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("cannot run /no/such/criu: No such file");
  }

  @Test
  void theGateOpensAtAYes() throws IOException {
    Process run = restoring(gate() + " || exit 1; sleep 60 & echo $! > " + pidFile);
    run.getOutputStream().write('y');
    run.getOutputStream().flush();
    assertThat(lines(run)).isEqualTo("restored 4711\ndone " + read(pidFile) + "\n");
    ProcessHandle.of(Long.parseLong(read(pidFile))).orElseThrow().destroyForcibly();
  }

  @Test
  void theGateStaysShutWhereTheDaemonIsGone() throws IOException {
    Process run = restoring(gate() + " || exit 9; sleep 60 & echo $! > " + pidFile);
    run.getOutputStream().close();
    assertThat(lines(run)).isEqualTo("restored 4711\nfailed exited 9\n");
  }

  @Test
  void aReaderSeesNoEndWhileAPipeIsHeld() throws Exception {
    Process pipeline = start("sh", "-c", "sleep 60 | (cat; echo end)");
    ProcessHandle writer =
        await()
            .until(
                () -> pipeline.children().filter(ShimTest::sleeps).findFirst(), Optional::isPresent)
            .orElseThrow();
    Process holder = start(shim.toString(), "hold", "" + writer.pid(), "1", "0");
    assertThat(lines(holder)).isEqualTo("ready\n");
    writer.destroyForcibly();
    await().until(() -> !writer.isAlive());
    await().during(Duration.ofMillis(200)).until(() -> pipeline.getInputStream().available() == 0);
    assertThat(Descriptor.of((int) holder.pid()))
        .extracting(Descriptor::number)
        .containsExactly(0, 1);
    holder.destroyForcibly();
    assertThat(lines(pipeline)).isEqualTo("end\n");
  }

  @Test
  void aProcessThatIsGoneCannotBeHeld() throws Exception {
    Process hold = start(shim.toString(), "hold", "" + Orders.NO_PID, "1");
    assertThat(hold.waitFor()).isEqualTo(1);
    assertThat(new String(hold.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("No such process");
  }

  @Test
  void whatMakesNoSenseGetsTheUsage() throws Exception {
    assertThat(start(shim.toString(), "sing").waitFor()).isEqualTo(2);
    assertThat(start(shim.toString(), "run", "--status", "x").waitFor()).isEqualTo(2);
  }

  private static boolean sleeps(ProcessHandle process) {
    return Proc.command((int) process.pid()).equals("sleep");
  }

  private Process restoring(String script) throws IOException {
    Path criu = Files.writeString(directory.resolve("criu"), "#!/bin/sh\n" + script + "\n");
    executable(criu);
    return run(criu.toString());
  }

  private Process run(String criu) throws IOException {
    return start(
        shim.toString(), "run", "--status", "" + status, "--pid-file", "" + pidFile, "--", criu);
  }

  /** As CRIU calls its action script. */
  private String gate() {
    return "CRTOOLS_SCRIPT_ACTION=post-restore CRTOOLS_INIT_PID=4711 " + shim + " <&-";
  }

  private Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).start();
    started.add(process);
    return process;
  }

  private static String lines(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static int residentKilobytes(int pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> Integer.parseInt(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
