package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls away from home come to what they come to at home. */
class FileCallsTest {
  /** What the kernel's FUSE refuses without asking anybody. */
  private static final List<String> REFUSED_BY_FUSE =
      List.of("collapse: ok", "size 195904", "collapse: EOPNOTSUPP", "size 200000");

  @TempDir Path directory;
  private Path home;
  private Path plain;
  private Away away;

  @BeforeEach
  void mount() throws Exception {
    home = Files.createDirectory(directory.resolve("home"));
    plain = Files.createDirectory(directory.resolve("plain"));
    away = Away.of(home);
  }

  @AfterEach
  void unmount() throws Exception {
    away.close();
  }

  @Test
  void everyCallAnswersAsAtHome() throws Exception {
    CProgram conform = CProgram.named("conform");
    List<String> atHome = lines(conform.run(plain)), there = lines(conform.run(away.target()));
    assertThat(atHome).hasSizeGreaterThan(200);
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < Math.max(there.size(), atHome.size()); i++)
      if (!line(atHome, i).equals(line(there, i)))
        differing.add("at home " + line(atHome, i) + ", away " + line(there, i));
    assertThat(differing).isEmpty();
  }

  private static String line(List<String> lines, int number) {
    return number < lines.size() ? lines.get(number) : "";
  }

  private static List<String> lines(String output) {
    List<String> lines = new ArrayList<>(List.of(output.split("\n")));
    lines.removeAll(REFUSED_BY_FUSE);
    return lines;
  }

  @Test
  void randomOperationsLeaveWhatTheyLeaveOnALocalFile() throws Exception {
    Process twins = CProgram.named("twins").start(away.target(), plain, 4711, 400, 3);
    CProgram.ended(twins);
    assertThat(twins.exitValue()).isZero();
    for (int i = 0; i < 3; i++)
      assertThat(Files.mismatch(home.resolve("twin-" + i), plain.resolve("twin-" + i)))
          .isEqualTo(-1);
  }

  /** Written at random places, in blocks of all sizes, and read again: each block has its sum. */
  @ParameterizedTest
  @CsvSource({"psync, 0", "psync, 1", "mmap, 0"})
  void whatFioWritesItFindsAgain(String engine, int direct) throws Exception {
    Process fio =
        new ProcessBuilder(
                "fio",
                "--name=there",
                "--directory=" + away.target(),
                "--ioengine=" + engine,
                "--direct=" + direct,
                "--rw=randwrite",
                "--bsrange=4k-256k",
                "--size=16m",
                "--numjobs=2",
                "--verify=crc32c",
                "--verify_fatal=1",
                "--fsync_on_close=1",
                "--thread")
            .redirectErrorStream(true)
            .start();
    String said = new String(fio.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(fio.waitFor()).as(said).isZero();
    assertThat(home.resolve("there.0.0")).hasSize(16 << 20);
  }

  @Test
  void eightProcessesHereAndThereAppendToOneFile() throws Exception {
    List<Process> appending = new ArrayList<>();
    for (int i = 0; i < 8; i++)
      appending.add(
          CProgram.named("little")
              .start("append", (i < 4 ? away.target() : home).resolve("log"), 300, "writer-" + i));
    for (Process process : appending) {
      CProgram.ended(process);
      assertThat(process.exitValue()).isZero();
    }
    List<String> lines = Files.readAllLines(away.target().resolve("log"));
    assertThat(lines).isEqualTo(Files.readAllLines(home.resolve("log"))).hasSize(8 * 300);
    for (int i = 0; i < 8; i++) {
      String writer = "writer-" + i;
      List<String> own = lines.stream().filter(line -> line.startsWith(writer + " ")).toList();
      assertThat(own).hasSize(300);
      for (int n = 0; n < 300; n++) assertThat(own.get(n)).isEqualTo(writer + " " + n);
    }
  }
}
