package io.sojourn.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sojourn.engine.operation.OperationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SmallThingsTest {
  @Test
  void configurationHasDefaults() {
    NodeConfig config = NodeConfig.of(Map.of(), null, null, null);
    assertThat(config.socket()).isEqualTo(Path.of("/run/sojourn/node.sock"));
    assertThat(config.agentSocket()).isEqualTo(Path.of("/run/sojourn/agent.sock"));
    assertThat(config.images()).isEqualTo(Path.of("/var/lib/sojourn/images"));
    assertThat(config.nodeName()).isNotEmpty();
  }

  @Test
  void optionsWinOverTheEnvironment() {
    Map<String, String> environment =
        Map.of("SOJOURN_RUN_DIR", "/a", "SOJOURN_STATE_DIR", "/b", "SOJOURN_NODE_NAME", "n1");
    assertThat(NodeConfig.of(environment, null, null, null))
        .isEqualTo(new NodeConfig(Path.of("/a"), Path.of("/b"), "n1"));
    assertThat(NodeConfig.of(environment, Path.of("/c"), Path.of("/d"), "n2"))
        .isEqualTo(new NodeConfig(Path.of("/c"), Path.of("/d"), "n2"));
  }

  @Test
  void aNodeNameIsChecked() {
    assertThatThrownBy(() -> NodeConfig.of(Map.of(), null, null, "a b"))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("a b");
  }

  @Test
  void taskNamesComeFromTheAgentOrTheMainClass() {
    assertThat(Names.of("web", "com.example.Main")).isEqualTo("web");
    assertThat(Names.of("", "com.example.Main")).isEqualTo("main");
    assertThat(Names.of("", "com.example.Outer$Inner")).isEqualTo("inner");
    assertThat(Names.of("", "/opt/app/shop.jar")).isEqualTo("shop");
    assertThat(Names.of("../evil", "?")).isEqualTo("task");
    assertThat(Names.of(".draft-x", "")).isEqualTo("task");
  }

  @Test
  void versionsAreComparedByNumber() {
    assertThat(Criu.atLeast("4.2", "4.2")).isTrue();
    assertThat(Criu.atLeast("4.10.1", "4.2")).isTrue();
    assertThat(Criu.atLeast("5", "4.2")).isTrue();
    assertThat(Criu.atLeast("4.1.1", "4.2")).isFalse();
    assertThat(Criu.atLeast("3.17.1", "4.2")).isFalse();
  }

  @Test
  void oneOperationATask() {
    Operations operations = new Operations();
    try (var first = operations.begin("a", "web (a)", "freeze")) {
      assertThat(first).isNotNull();
      assertThat(operations.verb("a")).contains("freeze");
      assertThatThrownBy(() -> operations.begin("a", "web (a)", "restore"))
          .hasMessageContaining("web (a) is busy: freeze");
      operations.begin("b", "other", "freeze").close();
      operations.unlessBusy("a", () -> assertThat(true).as("must not run").isFalse());
      assertThat(operations.close(Duration.ofMillis(1))).isFalse();
    }
    assertThat(operations.verb("a")).isEmpty();
    assertThat(operations.close(Duration.ofSeconds(1))).isTrue();
    assertThatThrownBy(() -> operations.begin("a", "web (a)", "freeze"))
        .hasMessageContaining("about to end");
  }

  @Test
  void strangersMayNothing() {
    assertThat(new Caller(0, 1).may(1000)).isTrue();
    assertThat(new Caller(1000, 1).may(1000)).isTrue();
    assertThat(new Caller(1000, 1).may(0)).isFalse();
  }
}
