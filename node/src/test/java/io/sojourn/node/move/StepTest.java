package io.sojourn.node.move;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepTest {
  @Test
  void whatFollowsFromAStepDoesNotUndoIt() {
    List<String> done = new ArrayList<>();
    Step.afterwards("the first", () -> fail(new IOException("a full disk"), done));
    Step.afterwards("the second", () -> fail(new IllegalStateException("gone"), done));
    Step.afterwards("the third", () -> done.add("third"));
    assertThat(done).containsExactly("a full disk", "gone", "third");
  }

  private static void fail(Exception failure, List<String> done) throws IOException {
    done.add(failure.getMessage());
    if (failure instanceof IOException io) throw io;
    throw (RuntimeException) failure;
  }
}
