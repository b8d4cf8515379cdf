package io.sojourn.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sojourn.engine.operation.OperationListener;
import io.sojourn.engine.operation.Report;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestorePipelineTest {
  @TempDir Path directory;

  @Test
  void warmingUpTouchesNothing() {
    RestorePipeline pipeline = new RestorePipeline(Orders.in(directory).order().settings());
    assertThatCode(pipeline::warmUp).doesNotThrowAnyException();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aDamagedImageIsRefusedBeforeAnythingIsTouched() {
    RestoreOrder order = Orders.in(directory).order();
    assertThat(
            Refusals.of(
                () ->
                    new RestorePipeline(order.settings())
                        .restore(
                            order.image(),
                            2,
                            RestoreOptions.DEFAULT,
                            Company.ALONE,
                            new Report(OperationListener.NONE))))
        .hasMessageContaining("is damaged");
    assertThat(directory).isEmptyDirectory();
  }
}
