package io.sojourn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.protocol.image.RememberedFile.Policy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileRulesTest {
  @Test
  void theLastThatFitsCounts() {
    FileRules rules =
        FileRules.parse(List.of("keep", "/data:rollback", "/data/*.tmp:fail", "/data/b.tmp:keep"));
    assertThat(rules.of("/var/log/x")).contains(Policy.KEEP);
    assertThat(rules.of("/data/deep/in/it")).contains(Policy.ROLLBACK);
    assertThat(rules.of("/data/a.tmp")).contains(Policy.FAIL);
    assertThat(rules.of("/data/b.tmp")).contains(Policy.KEEP);
    assertThat(rules.and(FileRules.parse(List.of("fail"))).of("/data/x")).contains(Policy.FAIL);
    assertThat(FileRules.NONE.of("/data/x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kept", "data:keep", "/data:", "/data/[:keep", "/data"})
  void whatIsNoRuleIsSaid(String text) {
    assertThatThrownBy(() -> FileRules.parse(List.of(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
