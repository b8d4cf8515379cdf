package io.sojourn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusFileTest {
  @TempDir Path directory;

  @Test
  void appendsALineNowAndThenAndOneAtTheEnd() throws Exception {
    Path path = directory.resolve("status");
    Files.writeString(path, "before\n");
    AtomicInteger work = new AtomicInteger(1);
    try (StatusFile status = StatusFile.open(path, line -> line.with("work", work.get()))) {
      Awaitility.await().until(() -> Files.readString(path).contains("\"work\":1}"));
      work.set(2);
    }
    assertThat(Files.readAllLines(path))
        .startsWith("before")
        .last()
        .asString()
        .matches("\\{\"millis\":\\d{13},\"largestGapMillis\":\\d+\\.\\d{3},\"work\":2}");
  }
}
