package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sojourn.engine.image.FileRules;
import io.sojourn.engine.linux.Proc;
import io.sojourn.engine.linux.Signals;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real ckpt-shim, with a program that stands still in CRIU's place. */
@Timeout(60)
class RestoreLimitTest {
  private static final Duration SOON = Duration.ofMillis(300);

  @TempDir Path directory;
  private Path binary;

  @BeforeEach
  void unpack() throws IOException {
    binary = directory.resolve("ckpt-shim");
    try (InputStream in =
        RestoreLimitTest.class.getResourceAsStream("/native/linux-x86_64/ckpt-shim")) {
      Files.copy(Objects.requireNonNull(in), binary);
    }
    Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void endsWhatStandsStill() {
    try (Shim shim = start()) {
      // What is to stand still has been started.
      pidOfShim();
      RestoreLimit limit = RestoreLimit.on(shim, SOON);
      assertThat(shim.await("restored")).isEqualTo(-1);
      assertThat(shim.last()).isEqualTo("failed killed 9");
      assertThat(limit.wasHit()).isTrue();
      assertThat(limit).hasToString("300 ms");
    }
  }

  @Test
  void endsAShimThatStandsStillToo() {
    try (Shim shim = start()) {
      int pid = pidOfShim();
      List<Integer> tree = Proc.tree(pid);
      Signals.send(pid, Signals.STOP);
      RestoreLimit limit = RestoreLimit.on(shim, SOON);
      assertThat(shim.await("restored")).isEqualTo(-1);
      assertThat(limit.wasHit()).isTrue();
      await().until(() -> tree.stream().noneMatch(Proc::exists));
    }
  }

  @Test
  void leavesAloneWhatCameInTime() {
    try (Shim shim = start()) {
      int pid = pidOfShim();
      RestoreLimit limit = RestoreLimit.on(shim, SOON);
      limit.close();
      await().during(SOON.multipliedBy(2)).until(() -> Proc.tree(pid).size() == 2);
      assertThat(limit.wasHit()).isFalse();
      shim.abort();
    }
  }

  @Test
  void givesLargeImagesMoreTime() {
    assertThat(RestoreOptions.DEFAULT.limitFor(0)).hasSeconds(60);
    assertThat(RestoreOptions.DEFAULT.limitFor(1L << 30)).hasSeconds(60 + 102);
    assertThat(new RestoreOptions(false, false, false, FileRules.NONE, SOON).limitFor(1L << 30))
        .isEqualTo(SOON);
  }

  private Shim start() {
    return Shim.start(
        List.of(
            binary.toString(),
            "run",
            "--status",
            directory.resolve("status").toString(),
            "--pid-file",
            directory.resolve("pid").toString(),
            "--",
            "/bin/sleep",
            "1000"),
        directory.resolve("log"));
  }

  /** Of the only child that is one, when it has started its own. */
  private int pidOfShim() {
    int self = (int) ProcessHandle.current().pid();
    await().until(() -> Proc.tree(self).stream().anyMatch(RestoreLimitTest::sleeps));
    int sleep = Proc.tree(self).stream().filter(RestoreLimitTest::sleeps).findFirst().orElseThrow();
    return Proc.parent(sleep);
  }

  private static boolean sleeps(int pid) {
    return Proc.command(pid).equals("sleep");
  }
}
