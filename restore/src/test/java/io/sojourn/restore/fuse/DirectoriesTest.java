package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A directory's attributes away are home's at every moment, also those that came with a call in it.
 */
class DirectoriesTest {
  private static final String COMPARED = "unix:mode,nlink,uid,gid,ctime,lastModifiedTime";

  @TempDir Path home;
  private Away away;
  private Path directory;

  @BeforeEach
  void mount() throws Exception {
    Files.createDirectory(home.resolve("dir"));
    away = Away.of(home);
    directory = away.target().resolve("dir");
  }

  @AfterEach
  void unmount() throws Exception {
    away.close();
  }

  private void same() throws Exception {
    Map<String, Object> there = Files.readAttributes(directory, COMPARED);
    assertThat(there).isEqualTo(Files.readAttributes(home.resolve("dir"), COMPARED));
  }

  @Test
  void isAsEachCallLeftIt() throws Exception {
    for (int i = 0; i < 20; i++) {
      Files.createFile(directory.resolve("file"));
      same();
      Files.createDirectory(directory.resolve("deep"));
      same();
      Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
      same();
      for (String name : List.of("file", "link", "deep")) {
        Files.delete(directory.resolve(name));
        same();
      }
    }
  }

  @Test
  void isAsOtherCallsLeaveItAfterwards() throws Exception {
    for (int i = 0; i < 20; i++) {
      Files.createFile(directory.resolve("file"));
      Files.setPosixFilePermissions(
          directory, PosixFilePermissions.fromString(i % 2 == 0 ? "rwxr-x---" : "rwxrwx---"));
      same();
      Files.createLink(directory.resolve("link"), directory.resolve("file"));
      same();
      Files.delete(directory.resolve("link"));
      Files.move(directory, away.target().resolve("moved"));
      Files.move(away.target().resolve("moved"), directory);
      same();
      Files.delete(directory.resolve("file"));
      same();
    }
  }

  @Test
  void isAsManyAtOnceHaveLeftIt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 20; round++) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          Path own = directory.resolve("own" + i);
          all.add(
              threads.submit(
                  () -> {
                    for (int k = 0; k < 5; k++) {
                      Files.createDirectory(own);
                      Files.getLastModifiedTime(directory);
                      Files.delete(own);
                    }
                    return null;
                  }));
        }
        for (Future<?> one : all) one.get();
        same();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
