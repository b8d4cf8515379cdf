package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.engine.files.ThreadIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task of an ordinary user has that user's rights at home, whatever its guest claims to be. */
class UserTest {
  private static final int USER = 4321;
  private static final int GROUP = 8765;

  @TempDir Path home;
  private Away away;

  @BeforeEach
  void mount() throws Exception {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.writeString(home.resolve("secret"), "secret");
    Files.setPosixFilePermissions(
        home.resolve("secret"), PosixFilePermissions.fromString("rw-------"));
    Files.writeString(home.resolve("groups"), "for the group");
    Files.setAttribute(home.resolve("groups"), "unix:gid", GROUP);
    Files.setPosixFilePermissions(
        home.resolve("groups"), PosixFilePermissions.fromString("rw-r-----"));
    away = Away.of(home, new ThreadIdentity(USER, USER, new int[] {GROUP}));
  }

  @AfterEach
  void unmount() throws Exception {
    away.close();
  }

  private String as(int uid, String command) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    "setpriv",
                    "--reuid=" + uid,
                    "--regid=" + uid,
                    uid == 0 ? "--clear-groups" : "--groups=" + GROUP,
                    "sh",
                    "-c",
                    command))
            .directory(away.target().toFile())
            .redirectErrorStream(true)
            .start();
    return CProgram.ended(process);
  }

  @Test
  void itReadsAndMakesWhatItMay() throws Exception {
    assertThat(as(USER, "cat groups; echo mine > mine; cat mine")).isEqualTo("for the groupmine\n");
    assertThat(Files.getAttribute(home.resolve("mine"), "unix:uid")).isEqualTo(USER);
    assertThat(Files.getAttribute(home.resolve("mine"), "unix:gid")).isEqualTo(USER);
  }

  @Test
  void itDoesNotReadWhatItMayNot() throws Exception {
    assertThat(as(USER, "cat secret")).contains("Permission denied");
    assertThat(as(USER, "chown 0 groups")).contains("not permitted");
  }

  /** Root on the guest is allowed all by its own kernel; home is asked as the task's user. */
  @Test
  void rootOfTheGuestIsTheUserAtHome() throws Exception {
    assertThat(as(0, "cat secret")).contains("Permission denied");
    assertThat(as(0, "echo x > secret")).contains("Permission denied");
    assertThat(as(0, "echo made > made; chown 0 made")).contains("not permitted");
    assertThat(Files.getAttribute(home.resolve("made"), "unix:uid")).isEqualTo(USER);
    assertThat(as(0, "setfattr -n trusted.x -v y made 2>&1 || mknod null c 1 3 2>&1"))
        .containsAnyOf("not permitted", "not found");
  }
}
