package io.sojourn.examples.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.examples.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexerTest {
  @TempDir Path directory;

  @Test
  void indexesAndReplaces() throws Exception {
    Path index = directory.resolve("index");
    Path status = directory.resolve("status");
    Run run =
        Run.of(
            new Indexer(),
            ("--index " + index + " --documents 100 --commit 60 --total 250 --status " + status)
                .split(" "));
    assertThat(run).isEqualTo(new Run(0, "{\"indexed\":250,\"commits\":5}\n", ""));
    assertThat(Files.readString(status)).endsWith("\"indexed\":250}\n");
  }
}
