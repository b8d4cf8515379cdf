package io.sojourn.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SeqpacketChildTest {
  @TempDir Path directory;

  @Test
  void saysWhatItHasToSay() throws Exception {
    // cat(1) splices, which such a socket cannot: dd reads and writes.
    try (SeqpacketChild child = start("exec dd bs=100 count=2 status=none <&3 >&3")) {
      for (String word : List.of("one", "other")) {
        child.send(word.getBytes(StandardCharsets.UTF_8));
        assertThat(child.receive()).asString(StandardCharsets.UTF_8).isEqualTo(word);
      }
      assertThat(child.receive()).isEmpty();
    }
  }

  /** As CRIU's, which tries out the kernel while it is killed. */
  @Test
  void isOverAlthoughAChildOfItsHoldsItsEnd() throws Exception {
    Path left = directory.resolve("left");
    int pid;
    try (SeqpacketChild child =
        start("sleep 1000 & echo $! > " + left + "; echo last >&3; kill -KILL $$")) {
      assertThat(child.receive()).asString(StandardCharsets.UTF_8).isEqualTo("last\n");
      assertThat(child.receive()).isEmpty();
      pid = Integer.parseInt(Files.readString(left).strip());
      assertThat(lives(pid)).isTrue();
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> !lives(pid));
  }

  @Test
  void isEndedWithWhomItHasStarted() throws Exception {
    try (SeqpacketChild child = start("sleep 1000 & echo $! >&3; wait")) {
      int pid = Integer.parseInt(new String(child.receive(), StandardCharsets.UTF_8).strip());
      child.kill();
      assertThat(child.receive()).isEmpty();
      await().atMost(Duration.ofSeconds(30)).until(() -> !lives(pid));
    }
  }

  private static boolean lives(int pid) {
    return "Z ".indexOf(Proc.state(pid)) < 0;
  }

  private static SeqpacketChild start(String script) throws Exception {
    return SeqpacketChild.start(List.of("/bin/sh", "-c", script));
  }
}
