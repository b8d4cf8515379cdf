package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sojourn.harness.Node;
import io.sojourn.harness.Places;
import io.sojourn.harness.Remains;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code ./ckpt demo}, as the README has it, in a shorter version. */
class DemoIT {
  @RegisterExtension static final Node node = new Node();

  private static final List<String> COMMANDS =
      List.of(
          "freeze h2",
          "restore h2",
          "freeze h2",
          "restore h2",
          "checkpoint opt",
          "restore opt",
          "migrate traveller away",
          "migrate traveller home",
          "migrate traveller away",
          "migrate traveller home");

  @Test
  void losesNothingAndLeavesNothing() throws Exception {
    Path out = node.home().resolve("demo.json"), err = node.home().resolve("demo.err");
    ProcessBuilder builder =
        new ProcessBuilder(Places.launcher().toString(), "demo", "--short", "--json")
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("SOJOURN_STATE_DIR", node.state().toString());
    Process demo = builder.start();
    try {
      assertThat(demo.waitFor(10, TimeUnit.MINUTES)).as("the demo ends").isTrue();
    } finally {
      // It ends what it has started.
      demo.destroy();
      demo.waitFor();
    }
    String said = Files.readString(out) + Files.readString(err);
    assertThat(demo.exitValue()).as(said).isZero();
    JsonNode json = new ObjectMapper().readTree(out.toFile());
    assertThat(json.path("right").asBoolean()).as(said).isTrue();
    assertThat(json.path("weightsEqual").asBoolean()).as(said).isTrue();
    nothingIsLost(json, said);
    nothingIsLost(json.path("moved"), said);
    assertThat(json.path("longestCallMillis").asInt()).as(said).isGreaterThanOrEqualTo(2000);
    assertThat(json.path("phases").findValuesAsText("name")).as(said).containsSubsequence(COMMANDS);
    Path played = Path.of(json.path("directory").asText());
    assertThat(played).isAbsolute().doesNotExist();
    assertThat(Remains.processesOf(played.resolve("run"))).as("processes left").isEmpty();
  }

  private static void nothingIsLost(JsonNode json, String said) {
    assertThat(json.path("transactions").asInt()).as(said).isPositive();
    assertThat(json.path("rows").asInt()).as(said).isGreaterThan(json.path("transactions").asInt());
    for (String count : List.of("missing", "duplicates", "unexpected", "errors"))
      assertThat(json.path(count).asInt(-1)).as("%s in %s", count, said).isZero();
  }
}
