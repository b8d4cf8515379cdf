package io.sojourn.node.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FileWishesTest {
  @Test
  void anAgentsOptionsAreRead() {
    FileWishes wishes =
        FileWishes.ofAgent(
            "name=web,files=keep,files=/data/*.db:rollback,files=nonsense,volumes=/data:/more/,filesLimit=1G");
    assertThat(wishes)
        .isEqualTo(
            new FileWishes(
                List.of("keep", "/data/*.db:rollback"), List.of("/data", "/more"), 1L << 30));
    assertThat(FileWishes.ofAgent("name=web,filesLimit=much")).isEqualTo(FileWishes.NONE);
  }

  @Test
  void whatARequestSaysCountsMore() {
    FileWishes both =
        new FileWishes(List.of("keep"), List.of("/a"), 5)
            .and(new FileWishes(List.of("fail"), List.of("/a", "/b"), 0));
    assertThat(both).isEqualTo(new FileWishes(List.of("keep", "fail"), List.of("/a", "/b"), 5));
  }
}
