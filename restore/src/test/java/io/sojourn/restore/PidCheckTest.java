package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sojourn.engine.operation.OperationException;
import io.sojourn.protocol.image.Thread;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PidCheckTest {
  @TempDir Path directory;
  private final int taken = (int) ProcessHandle.current().pid();

  @Test
  void freeNumbersAreTaken() {
    assertThatCode(() -> PidCheck.check(Orders.in(directory).order())).doesNotThrowAnyException();
  }

  @Test
  void aPidInUseIsRefusedNamingWhoHasIt() {
    Orders orders = Orders.in(directory).with(m -> m.getTaskBuilder().setPid(taken));
    OperationException refusal = Refusals.of(() -> PidCheck.check(orders.order()));
    assertThat(refusal).hasMessage("number " + taken + " of task web is in use by 'java'");
    assertThat(refusal.mend()).contains("kill " + taken).contains("--clone");
  }

  @Test
  void aThreadNumberInUseIsRefusedToo() {
    Orders orders =
        Orders.in(directory)
            .with(m -> m.addThreads(Thread.newBuilder().setPid(Orders.NO_PID).setTid(taken)));
    assertThat(Refusals.of(() -> PidCheck.check(orders.order())))
        .hasMessageContaining("number " + taken);
  }

  @Test
  void aCloneHasNumbersOfItsOwn() {
    Orders orders =
        Orders.in(directory)
            .with(m -> m.getTaskBuilder().setPid(taken))
            .with(new RestoreOptions(true, false, false));
    assertThatCode(() -> PidCheck.check(orders.order())).doesNotThrowAnyException();
    assertThat(PidCheck.numbersToSkip(orders.order())).contains(taken);
  }

  /** They may be those of other frozen tasks. */
  @Test
  void numbersFarAwayAreLeftAlone() {
    assertThat(PidCheck.numbersToSkip(Orders.in(directory).order())).isEmpty();
  }
}
