package io.sojourn.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardOptionTest {
  private final List<String> problems = new ArrayList<>();

  private GuardOption parse(String text) {
    return GuardOption.parse(text, problems);
  }

  @Test
  void offGuardsNothing() {
    assertThat(parse("off")).isEqualTo(new GuardOption(false, false, List.of()));
  }

  @Test
  void nativeAddsMallocToDeclaredRegions() {
    assertThat(parse("native")).isEqualTo(new GuardOption(true, true, List.of()));
  }

  @Test
  void librariesAndTheirFunctionsAreNamedByTurns() {
    assertThat(parse("native:libfoo.so:foo_alloc+foo_free:libstdc++.so:_Znwm").functions())
        .containsExactly(
            "libfoo.so", "foo_alloc", "libfoo.so", "foo_free", "libstdc++.so", "_Znwm");
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "yes", "native:", "native:libfoo.so", "native:libfoo.so:", "native:a:b:c"})
  void whatIsNotUnderstoodIsSaidAndTakenAsOn(String text) {
    assertThat(parse(text)).isEqualTo(GuardOption.ON);
    assertThat(problems).singleElement().asString().contains("guard='" + text + "'");
  }
}
