package io.sojourn.restore.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls wait while home cannot be reached; then each has been done once. */
class LinkCutTest {
  private static final int PIECES = 60;
  private static final int PIECE = 1 << 20;

  @TempDir Path directory;
  private Path home;
  private Path plain;
  private Link link;
  private Away away;

  @BeforeEach
  void mount() throws Exception {
    home = Files.createDirectory(directory.resolve("home"));
    plain = Files.createDirectory(directory.resolve("plain"));
    link = new Link();
    away = Away.of(home, link, HomePolicy.WAIT);
  }

  @AfterEach
  void unmount() throws Exception {
    link.heal();
    away.close();
    link.close();
  }

  @Test
  void aCallWaitsUntilTheLinkIsBack() throws Exception {
    link.cut();
    Process waiting =
        CProgram.named("little").start("append", away.target().resolve("log"), 1, "w");
    assertThat(waiting.waitFor(700, TimeUnit.MILLISECONDS)).isFalse();
    link.heal();
    assertThat(waiting.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(waiting.exitValue()).isZero();
    assertThat(Files.readString(home.resolve("log"))).isEqualTo("w 0\n");
  }

  /** What is appended twice, or made twice, would show. */
  @Test
  void nothingIsLostOrDoneTwiceUnderTraffic() throws Exception {
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 3; i++)
      all.add(
          CProgram.named("little")
              .start("append", away.target().resolve("log-" + i), 1500, "line"));
    Process twins = CProgram.named("twins").start(away.target(), plain, 99, 300, 2);
    all.add(twins);
    Random random = new Random(7);
    int cuts = 0;
    while (all.stream().anyMatch(Process::isAlive) && cuts < 40) {
      Thread.sleep(20 + random.nextInt(150));
      link.cut();
      cuts++;
      Thread.sleep(random.nextInt(50));
      link.heal();
    }
    for (Process process : all) {
      CProgram.ended(process);
      assertThat(process.exitValue()).isZero();
    }
    assertThat(cuts).isGreaterThan(3);
    for (int i = 0; i < 3; i++) {
      List<String> lines = Files.readAllLines(home.resolve("log-" + i));
      assertThat(lines).hasSize(1500);
      for (int n = 0; n < 1500; n++) assertThat(lines.get(n)).isEqualTo("line " + n);
    }
  }

  /** What is under way behind the writer's back is sent again from where it was kept. */
  @Test
  void largePiecesArriveAsTheyWereWritten() throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int file = i;
        all.add(writers.submit(() -> write(file)));
      }
      Random random = new Random(7);
      int cuts = 0;
      for (long there = 0; cuts < 10 && atWork(all); cuts++) {
        // In the middle of what is sent again, or of what follows it.
        while (size() == there && atWork(all)) Thread.sleep(1);
        Thread.sleep(random.nextInt(15));
        link.cut();
        there = size();
        link.heal();
      }
      for (Future<?> writer : all) writer.get(60, TimeUnit.SECONDS);
      assertThat(cuts).isGreaterThan(3);
    } finally {
      writers.shutdownNow();
    }
    for (int i = 0; i < 3; i++)
      try (InputStream in = Files.newInputStream(home.resolve("large-" + i))) {
        for (int k = 0; k < PIECES; k++)
          assertThat(Arrays.mismatch(in.readNBytes(PIECE), piece(i, k))).isEqualTo(-1);
        assertThat(in.read()).isEqualTo(-1);
      }
  }

  private static boolean atWork(List<Future<?>> writers) {
    return writers.stream().anyMatch(writer -> !writer.isDone());
  }

  private long size() {
    long all = 0;
    for (int i = 0; i < 3; i++) all += home.resolve("large-" + i).toFile().length();
    return all;
  }

  private Void write(int file) throws IOException {
    try (FileChannel to =
        FileChannel.open(
            away.target().resolve("large-" + file),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE)) {
      for (int k = 0; k < PIECES; k++) {
        ByteBuffer piece = ByteBuffer.wrap(piece(file, k));
        while (piece.hasRemaining()) to.write(piece);
      }
    }
    return null;
  }

  private static byte[] piece(int file, int number) {
    byte[] piece = new byte[PIECE];
    new Random(file * 1000L + number).nextBytes(piece);
    return piece;
  }

  @Test
  void changesDuringTheCutAreSeenAfterIt() throws Exception {
    Files.writeString(home.resolve("file"), "before");
    assertThat(Files.readString(away.target().resolve("file"))).isEqualTo("before");
    link.cut();
    new ProcessBuilder("sh", "-c", "printf after > file; rm -f gone; echo > new")
        .directory(home.toFile())
        .start()
        .waitFor();
    link.heal();
    Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> Files.readString(away.target().resolve("file")).equals("after"));
  }

  @Test
  void callsFailAfterTheTimeThatThePolicyNamesAndGoOnLater() throws Exception {
    Path target;
    try (Link other = new Link();
        Away impatient =
            Away.of(home, other, new HomePolicy(Optional.of(Duration.ofMillis(500))))) {
      target = impatient.target();
      CProgram little = CProgram.named("little");
      other.cut();
      assertThat(little.run("append", target.resolve("log"), 1, "w")).isEqualTo("open: EIO\n");
      assertThat(little.run("append", target.resolve("log"), 1, "w")).isEqualTo("open: EIO\n");
      other.heal();
      Awaitility.await()
          .atMost(20, TimeUnit.SECONDS)
          .until(() -> little.run("append", target.resolve("log"), 1, "back").isEmpty());
      assertThat(home.resolve("log")).hasContent("back 0");
    }
  }

  @Test
  void whoIsKilledMeanwhileDoesNotWait() throws Exception {
    link.cut();
    Process waiting =
        CProgram.named("little").start("append", away.target().resolve("log"), 1, "w");
    assertThat(waiting.waitFor(700, TimeUnit.MILLISECONDS)).isFalse();
    waiting.destroyForcibly();
    assertThat(waiting.waitFor(5, TimeUnit.SECONDS)).isTrue();
    link.heal();
    assertThat(CProgram.named("little").run("append", away.target().resolve("log"), 1, "next"))
        .isEmpty();
    assertThat(home.resolve("log")).hasContent("next 0");
  }
}
