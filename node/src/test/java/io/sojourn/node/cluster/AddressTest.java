package io.sojourn.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.7:9000, 10.0.0.7:9000",
    "10.0.0.7, 10.0.0.7:7077",
    ":9000, :9000",
    "'', :7077",
    "node-b.example, node-b.example:7077",
    "[fd00::7]:9000, [fd00::7]:9000",
    "fd00::7, [fd00::7]:7077"
  })
  void isReadAndWritten(String text, String written) {
    assertThat(Address.parse(text)).hasToString(written);
    assertThat(Address.parse(written)).isEqualTo(Address.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:b", "1.2.3.4:0", "1.2.3.4:70000", "http://x", "a/b", "u@h:1", "a b"})
  void isRefused(String text) {
    assertThatThrownBy(() -> Address.parse(text))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining(text);
  }

  @Test
  void tokensAreReadAndWritten() {
    JoinToken token = new JoinToken("10.0.0.7:7077", "a".repeat(64), "secret");
    assertThat(JoinToken.parse(" " + token.text() + "\n")).isEqualTo(token);
    assertThat(token.toString()).doesNotContain("secret");
  }
}
