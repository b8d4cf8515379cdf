package io.sojourn.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
  private static final String USAGE =
      """
      usage: Some --file FILE [options]
        --file FILE   a path
        --many N      a number (7)
        --flag        takes no value
      """;

  @Test
  void readsWhatTheUsageTextDeclares() throws Exception {
    Options options = Options.parse(USAGE, "--many", "12", "--flag", "--file", "a/b");
    assertThat(options.count("--many", 7)).isEqualTo(12);
    assertThat(options.has("--flag")).isTrue();
    assertThat(options.path("--file")).contains(Path.of("a/b"));
  }

  @Test
  void hasDefaults() throws Exception {
    Options options = Options.parse(USAGE);
    assertThat(options.count("--many", 7)).isEqualTo(7);
    assertThat(options.has("--flag")).isFalse();
    assertThat(options.path("--file")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--other, unknown option: --other",
    "stray, unknown option: stray",
    "--many, --many: the value is missing",
    "--flag --flag, --flag: given twice",
    "--many x, --many: not a whole number: x",
    "--many 0, --many: must be at least 1: 0",
    "--many 9999999999, --many: too large: 9999999999",
    "--flag, --file must be given",
  })
  void saysWhatIsWrong(String line, String message) {
    assertThatThrownBy(
            () -> {
              Options options = Options.parse(USAGE, line.split(" "));
              options.count("--many", 7);
              options.required("--file");
            })
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }
}
