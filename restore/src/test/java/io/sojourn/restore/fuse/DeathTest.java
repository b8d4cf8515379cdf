package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever dies, nobody hangs. */
class DeathTest {
  @TempDir Path home;

  @Test
  void aKilledDaemonLeavesErrorsAndNoHanging() throws Exception {
    Files.writeString(home.resolve("file"), "text");
    Path target = Files.createTempDirectory("sojourn-away");
    Process daemon =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Away.class.getName(),
                home.toString(),
                target.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(CProgram.line(daemon)).isEqualTo("mounted");
      Process reader =
          new ProcessBuilder("sh", "-c", "exec 3< file; echo open; read go; cat <&3; echo $?; ls")
              .directory(target.toFile())
              .redirectErrorStream(true)
              .start();
      assertThat(CProgram.line(reader)).isEqualTo("open");
      daemon.destroyForcibly();
      assertThat(daemon.waitFor(20, TimeUnit.SECONDS)).isTrue();
      reader.getOutputStream().write('\n');
      reader.getOutputStream().flush();
      assertThat(CProgram.ended(reader)).contains("not connected");
    } finally {
      daemon.destroyForcibly();
      new ProcessBuilder("umount", "-l", target.toString()).start().waitFor();
      Files.delete(target);
    }
  }

  @Test
  void closingEndsWhatIsOpen() throws Exception {
    Files.createFile(home.resolve("lock"));
    Away away = Away.of(home);
    Process holder = CProgram.named("little").start("lock", away.target().resolve("lock"), "posix");
    assertThat(CProgram.line(holder)).isEqualTo("held");
    Process waiter = CProgram.named("little").start("lock", away.target().resolve("lock"), "posix");
    assertThat(waiter.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
    away.close();
    assertThat(waiter.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(CProgram.named("little").run("try", home.resolve("lock"), "posix"))
        .isEqualTo("ok\n");
    holder.destroyForcibly();
  }

  @Test
  void anUnmountedFileSystemIsGone() throws Exception {
    Away away = Away.of(home);
    new ProcessBuilder("umount", away.target().toString()).inheritIO().start().waitFor();
    away.gone().get(20, TimeUnit.SECONDS);
    away.close();
  }
}
