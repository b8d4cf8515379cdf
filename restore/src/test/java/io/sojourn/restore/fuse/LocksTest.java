package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Locks are held at home: a process there and one away exclude each other. */
class LocksTest {
  @TempDir Path home;
  private Away away;
  private final CProgram little = CProgram.named("little");

  @BeforeEach
  void mount() throws Exception {
    Files.createFile(home.resolve("lock"));
    away = Away.of(home);
  }

  @AfterEach
  void unmount() throws Exception {
    away.close();
  }

  private Path lock(String where) {
    return (where.equals("home") ? home : away.target()).resolve("lock");
  }

  @ParameterizedTest
  @CsvSource({
    "posix,home,away", "posix,away,home", "posix,away,away",
    "flock,home,away", "flock,away,home", "flock,away,away"
  })
  void oneHoldsTheOtherWaits(String kind, String first, String second) throws Exception {
    Process holder = little.start("lock", lock(first), kind);
    assertThat(CProgram.line(holder)).isEqualTo("held");
    assertThat(little.run("try", lock(second), kind)).isEqualTo("try: EAGAIN\n");
    Process waiter = little.start("lock", lock(second), kind);
    assertThat(waiter.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
    holder.getOutputStream().close();
    assertThat(CProgram.line(waiter)).isEqualTo("held");
    CProgram.ended(waiter);
  }

  @ParameterizedTest
  @CsvSource({"posix", "flock"})
  void theLockOfAKilledProcessIsFree(String kind) throws Exception {
    Process holder = little.start("lock", lock("away"), kind);
    assertThat(CProgram.line(holder)).isEqualTo("held");
    Process waiter = little.start("lock", lock("home"), kind);
    holder.destroyForcibly();
    assertThat(CProgram.line(waiter)).isEqualTo("held");
    CProgram.ended(waiter);
  }

  @Test
  void aSignalEndsTheWaiting() throws Exception {
    Process holder = little.start("lock", lock("home"), "posix");
    assertThat(CProgram.line(holder)).isEqualTo("held");
    assertThat(little.run("alarm", lock("away"))).isEqualTo("lock: EINTR\n");
    Process waiter = little.start("lock", lock("away"), "posix");
    assertThat(waiter.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
    waiter.destroyForcibly();
    assertThat(waiter.waitFor(10, TimeUnit.SECONDS)).isTrue();
    CProgram.ended(holder);
    assertThat(little.run("try", lock("home"), "posix")).isEqualTo("ok\n");
  }
}
