package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever passes bytes on is killed at whatever instant, over and over: none is lost or doubled.
 */
@Timeout(120)
class ReservoirTest {
  private static final int KILLS = 8;

  @TempDir Path directory;
  private final AtomicLong wrong = new AtomicLong(-1);
  private volatile boolean over;
  private @Nullable Process started;

  @AfterEach
  void end() {
    over = true;
    if (started != null) started.destroyForcibly();
  }

  @Test
  void aKillLosesNothingAndDoublesNothing() throws Exception {
    Path marks = Files.write(directory.resolve("marks"), new byte[16]);
    Path file = Files.createFile(directory.resolve("received"));
    RawSocket[] source = RawPipe.ends(), target = RawPipe.ends();
    // This process is the one that holds them.
    RawSocket throughIn = RawPipe.made(256 << 10), throughOut = RawPipe.made(256 << 10);
    AtomicLong put = new AtomicLong(), taken = new AtomicLong();
    Thread writer = new Thread(() -> write(source[1].path(), put));
    Thread reader = new Thread(() -> read(target[0].path(), taken));
    writer.start();
    reader.start();
    long before = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Killed.class.getName(),
                  marks.toString(),
                  source[0].path().toString(),
                  throughIn.path().toString(),
                  target[1].path().toString(),
                  throughOut.path().toString(),
                  file.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      started = process;
      assertThat(process.inputReader().readLine()).isEqualTo("begins");
      long enough = Files.size(file) + 3_000_000, sent = taken.get() + 3_000_000;
      // At some instant after that, which is another each time.
      await()
          .pollInterval(Duration.ofMillis(3))
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.size(file) > enough && taken.get() > sent);
      process.destroyForcibly().waitFor();
      assertThat(Files.size(file)).isGreaterThan(before);
      before = Files.size(file);
    }
    over = true;
    byte[] received = Files.readAllBytes(file);
    for (int i = 0; i < received.length; i++)
      if (received[i] != Killed.at(i)) throw new AssertionError("another byte at " + i);
    assertThat(wrong).as("the first byte that is another").hasValue(-1);
    assertThat(put.get()).isGreaterThanOrEqualTo(received.length);
    // What was taken from the source and not received is not gone.
    source[1].close();
    for (RawSocket one : new RawSocket[] {source[0], target[0], target[1], throughIn, throughOut})
      one.close();
    writer.join();
    reader.join();
  }

  private void write(Path pipe, AtomicLong put) {
    byte[] some = new byte[5000];
    try (OutputStream to = Files.newOutputStream(pipe, StandardOpenOption.WRITE)) {
      while (!over) {
        for (int i = 0; i < some.length; i++) some[i] = Killed.at(put.get() + i);
        to.write(some);
        put.addAndGet(some.length);
      }
    } catch (java.io.IOException nobodyReads) {
      // It is over.
    }
  }

  private void read(Path pipe, AtomicLong taken) {
    byte[] some = new byte[5000];
    try (InputStream from = Files.newInputStream(pipe)) {
      for (int count; !over && (count = from.read(some)) > 0; ) {
        for (int i = 0; i < count; i++)
          if (some[i] != Killed.at(taken.get() + i)) wrong.compareAndSet(-1, taken.get() + i);
        taken.addAndGet(count);
      }
    } catch (java.io.IOException over) {
      // So it is.
    }
  }
}
