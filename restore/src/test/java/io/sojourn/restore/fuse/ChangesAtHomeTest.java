package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What others change at home is seen away within 100 ms, also where the kernel had it in its cache.
 * One look may meet a busy machine; so each must see the change, and half of them in time. What a
 * busy machine takes for as much work without us is not counted.
 */
class ChangesAtHomeTest {
  private static final long LIMIT_NANOS = 100_000_000;
  private static final long LOST_NANOS = 10_000_000_000L;
  private static final int ROUNDS = 20;

  /** Changes are made by another process: those of this one are the guest's own. */
  private static final String[] SHELL = {"sh"};

  @TempDir Path home;
  private Away away;
  private Process shell;
  private final List<Long> times = new ArrayList<>();
  private final List<Long> timesWithout = new ArrayList<>();

  @BeforeEach
  void mount() throws Exception {
    Files.writeString(home.resolve("file"), "0");
    Files.createDirectories(home.resolve("dir/deep"));
    away = Away.of(home);
    shell = new ProcessBuilder(SHELL).directory(home.toFile()).start();
  }

  @AfterEach
  void unmount() throws Exception {
    shell.destroy();
    away.close();
    if (times.isEmpty()) return;
    assertThat(median(times) - median(timesWithout))
        .as("nanoseconds, median")
        .isLessThan(LIMIT_NANOS);
  }

  private static long median(List<Long> times) {
    Collections.sort(times);
    return times.get(times.size() / 2);
  }

  private Path there(String name) {
    return away.target().resolve(name);
  }

  private void atHome(String command) throws IOException {
    shell.getOutputStream().write((command + "; echo done\n").getBytes());
    shell.getOutputStream().flush();
    assertThat(shell.inputReader().readLine()).isEqualTo("done");
  }

  private void soon(Callable<Boolean> seen) throws Exception {
    long begin = System.nanoTime();
    while (!seen.call())
      assertThat(System.nanoTime() - begin).as("nanoseconds unseen").isLessThan(LOST_NANOS);
    long end = System.nanoTime();
    times.add(end - begin);
    atHome("true");
    assertThat(Files.exists(home.resolve("file"))).isTrue();
    timesWithout.add(System.nanoTime() - end);
  }

  @Test
  void content() throws Exception {
    for (int i = 1; i < ROUNDS; i++) {
      String text = "number " + i * i * i;
      assertThat(Files.readString(there("file"))).isNotEqualTo(text);
      atHome("printf '" + text + "' > file");
      soon(() -> Files.readString(there("file")).equals(text));
    }
  }

  @Test
  void contentOfTheSameSize() throws Exception {
    for (int i = 1; i < 10; i++) {
      String text = "" + i;
      assertThat(Files.readString(there("file"))).isNotEqualTo(text);
      atHome("printf " + text + " 1<>file");
      soon(() -> Files.readString(there("file")).equals(text));
    }
  }

  @Test
  void contentOfAnOpenFileThatGrowsAndShrinks() throws Exception {
    try (var open = java.nio.channels.FileChannel.open(there("file"), StandardOpenOption.READ)) {
      for (int i = 1; i < ROUNDS; i++) {
        int size = 5000 * (i % 3) + i;
        atHome("head -c " + size + " /dev/zero > file");
        soon(() -> open.size() == size);
      }
    }
  }

  @Test
  void mappedContent() throws Exception {
    Process peek = CProgram.named("little").start("peek", there("file"));
    assertThat(CProgram.line(peek)).isEqualTo("mapped");
    for (String text : Arrays.asList("1", "2", "3", "4", "5")) {
      atHome("printf " + text + " 1<>file");
      soon(
          () -> {
            peek.getOutputStream().write('\n');
            peek.getOutputStream().flush();
            return CProgram.line(peek).equals(text);
          });
    }
    CProgram.ended(peek);
  }

  @Test
  void namesThatComeAndGo() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(there("new")).doesNotExist();
      atHome("echo > new");
      soon(() -> Files.exists(there("new")));
      try (var names = Files.list(away.target())) {
        assertThat(names.map(path -> path.getFileName().toString())).contains("new");
      }
      atHome("mv new dir/deep/newer");
      soon(() -> !Files.exists(there("new")) && Files.exists(there("dir/deep/newer")));
      atHome("rm dir/deep/newer");
      soon(() -> !Files.exists(there("dir/deep/newer")));
    }
  }

  @Test
  void namesThatTheTaskHasRemoved() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      Files.createFile(there("dir/name"));
      Files.delete(there("dir/name"));
      assertThat(there("dir/name")).doesNotExist();
      Files.createDirectory(there("dir/name"));
      Files.delete(there("dir/name"));
      atHome("mkdir dir/name");
      soon(() -> Files.isDirectory(there("dir/name")));
      Files.delete(there("dir/name"));
    }
  }

  @Test
  void namesThatNobodyHasLookedFor() throws Exception {
    for (int i = 0; i < 10; i++) assertThat(there("dir/deep/vain " + i)).doesNotExist();
    for (int i = 0; i < ROUNDS; i++) {
      String name = "dir/deep/name" + i;
      atHome("echo > " + name);
      soon(() -> Files.exists(there(name)));
      if (i % 3 == 0) Files.delete(there(name));
      else atHome("rm " + name);
      soon(() -> !Files.exists(there(name)));
      atHome("mkdir " + name);
      soon(() -> Files.isDirectory(there(name)));
    }
  }

  @Test
  void aFileThatIsReplaced() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      String text = "replaced " + i;
      Files.readString(there("file"));
      atHome("echo -n '" + text + "' > next && mv next file");
      soon(() -> Files.readString(there("file")).equals(text));
    }
  }

  @Test
  void modesAndLinksOfFilesAndDirectories() throws Exception {
    for (String mode : Arrays.asList("600", "644", "700")) {
      atHome("chmod " + mode + " file dir");
      String text =
          PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("dir")));
      for (String name : Arrays.asList("file", "dir"))
        soon(
            () ->
                PosixFilePermissions.toString(Files.getPosixFilePermissions(there(name)))
                    .equals(text));
    }
    assertThat(Files.getAttribute(there("file"), "unix:nlink")).isEqualTo(1);
    atHome("ln file dir/other");
    soon(() -> Files.getAttribute(there("file"), "unix:nlink").equals(2));
    atHome("echo -n by another name > dir/other");
    soon(() -> Files.readString(there("file")).equals("by another name"));
  }

  @Test
  void theGuestsOwnChangesStayInItsCache() throws Exception {
    Files.write(there("own"), new byte[1 << 20]);
    Files.copy(there("own"), there("copy"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(Files.mismatch(home.resolve("own"), home.resolve("copy"))).isEqualTo(-1);
  }
}
