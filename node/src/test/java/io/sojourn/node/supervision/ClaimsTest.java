package io.sojourn.node.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.sojourn.protocol.lives.LifeClaim;
import io.sojourn.repository.Lives;
import io.sojourn.repository.blob.DirectoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who comes late, with what was true a while ago, has no life beside another. */
class ClaimsTest {
  private static final String TASK = "0123456789ab";

  @TempDir Path directory;
  private Lives lives;
  private Claims a;
  private Claims b;

  @BeforeEach
  void open() throws IOException {
    lives = new Lives(DirectoryStore.open(directory.resolve("store")));
    a = new Claims(lives, "a", Duration.ofSeconds(1));
    b = new Claims(lives, "b", Duration.ofSeconds(1));
  }

  @AfterEach
  void close() {
    lives.close();
  }

  private static LifeClaim.Builder task() {
    return LifeClaim.newBuilder().setTask(TASK).setName("web");
  }

  @Test
  void oneAfterTheOther() throws IOException {
    assertThat(a.take(task(), 1, 0)).isTrue();
    assertThat(b.take(task(), 2, 1)).isTrue();
    lives.forgetBefore(TASK, 2);
    assertThat(a.take(task(), 2, 1)).isFalse();
    assertThat(a.take(task(), 3, 2)).isTrue();
  }

  /** Whose number others have claimed and forgotten since. */
  @Test
  void aForgottenNumberIsNotTakenAgain() throws IOException {
    assertThat(a.take(task(), 1, 0)).isTrue();
    assertThat(b.take(task(), 2, 1)).isTrue();
    assertThat(b.take(task(), 3, 2)).isTrue();
    lives.forgetBefore(TASK, 3);
    assertThat(a.take(task(), 2, 1)).isFalse();
    assertThat(lives.claimed(TASK, lives.newestOf(TASK).orElseThrow()).getNode()).isEqualTo("b");
  }

  /** Each counts a task's lives for itself as well, and proposes what it has come to. */
  @Test
  void aHigherNumberPassesOverNobody() throws IOException {
    assertThat(a.take(task(), 1, 0)).isTrue();
    assertThat(b.take(task(), 2, 1)).isTrue();
    assertThat(a.take(task(), 5, 1)).isFalse();
    assertThat(lives.newestOf(TASK)).as("nothing is left of that").hasValue(2);
  }

  @Test
  void aLowerNumberPassesOverNobody() throws IOException {
    assertThat(a.take(task(), 5, 0)).isTrue();
    assertThat(b.take(task(), 2, 0)).isFalse();
  }
}
