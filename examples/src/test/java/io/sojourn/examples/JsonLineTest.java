package io.sojourn.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonLineTest {

  @Test
  void writesMembersInOrder() {
    JsonLine line = new JsonLine().with("b", 2).with("a", "x\"\\\n").withMillis("m", 1_234_567);
    assertThat(line).hasToString("{\"b\":2,\"a\":\"x\\\"\\\\\\u000a\",\"m\":1.235}");
  }
}
