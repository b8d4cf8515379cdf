package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Home's own files may lie on a file system that others change without home's kernel: NFS, SMB, or
 * as here one that a process serves. No watch tells of that.
 */
class ChangesElsewhereTest {
  private static final Duration LOST = Duration.ofSeconds(10);

  /** Where others change it. */
  @TempDir Path served;

  private Away server, away;

  @BeforeEach
  void mount() throws Exception {
    Files.writeString(served.resolve("file"), "0");
    Files.createDirectory(served.resolve("dir"));
    server = Away.of(served);
    away = Away.of(server.target());
  }

  @AfterEach
  void unmount() throws Exception {
    away.close();
    server.close();
  }

  private Path there(String name) {
    return away.target().resolve(name);
  }

  private static void elsewhere(String command, Path directory) throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", command).directory(directory.toFile()).start();
    assertThat(shell.waitFor()).isZero();
  }

  private static void soon(Callable<Boolean> seen) {
    await().pollInterval(Duration.ofMillis(5)).atMost(LOST).until(seen);
  }

  @Test
  void namesAreSeen() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(there("dir/new")).doesNotExist();
      elsewhere("echo > dir/new", served);
      soon(() -> Files.exists(there("dir/new")));
      elsewhere("rm dir/new", served);
      soon(() -> !Files.exists(there("dir/new")));
    }
  }

  @Test
  void contentIsSeen() throws Exception {
    for (int i = 1; i < 5; i++) {
      String text = "number " + i * i * i;
      assertThat(Files.readString(there("file"))).isNotEqualTo(text);
      elsewhere("printf '" + text + "' > file", served);
      soon(() -> Files.readString(there("file")).equals(text));
    }
  }

  @Test
  void contentOfAnOpenFileIsSeen() throws Exception {
    try (FileChannel open = FileChannel.open(there("file"), StandardOpenOption.READ)) {
      for (int i = 1; i < 5; i++) {
        String text = "" + i;
        assertThat(first(open)).isNotEqualTo(text);
        elsewhere("printf " + text + " 1<>file", served);
        soon(() -> first(open).equals(text));
      }
    }
  }

  private static String first(FileChannel file) throws Exception {
    ByteBuffer one = ByteBuffer.allocate(1);
    file.read(one, 0);
    return "" + (char) one.get(0);
  }

  @Test
  void whatTheTaskRemovesMayBeMadeElsewhere() throws Exception {
    for (int i = 0; i < 5; i++) {
      Files.createFile(there("dir/name"));
      Files.delete(there("dir/name"));
      assertThat(there("dir/name")).doesNotExist();
      elsewhere("echo > dir/name", served);
      soon(() -> Files.exists(there("dir/name")));
      Files.delete(there("dir/name"));
    }
  }
}
