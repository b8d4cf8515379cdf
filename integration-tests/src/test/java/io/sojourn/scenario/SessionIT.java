package io.sojourn.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sojourn.harness.Jdk;
import io.sojourn.harness.Places;
import io.sojourn.victim.Heap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program in the session of somebody who came into its pid namespace from outside (nsenter, or
 * what runs commands in a machine): nobody in there is the leader. The node lives in there too.
 */
class SessionIT {
  /** What is left ends with the namespace. */
  private static final String INSIDE =
      """
      cd "$HOME"
      "$CKPT" node start > start 2>&1
      "$@" < /dev/null > out 2>&1 &
      until "$CKPT" ps inside > /dev/null 2>&1; do kill -0 $! || exit 1; sleep 0.1; done
      "$CKPT" freeze inside --json > frozen
      echo $? > status
      "$CKPT" images --json > images
      kill -0 $! && echo yes > "runs on"
      "$CKPT" node stop > stop 2>&1
      """;

  /** Longer than {@code ckpt node stop} waits, and what is before it. */
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir Path home;

  @Test
  void isRefusedWithTheMend() throws Exception {
    assertThat(freeze()).isEqualTo("4");
    JsonNode error = said("frozen").at("/error");
    assertThat(error.at("/message").asText()).contains("session", "outside of this pid namespace");
    assertThat(error.at("/mend").asText()).contains("setsid");
    assertThat(home.resolve("runs on")).exists();
    assertThat(said("images").at("/images").isEmpty()).isTrue();
  }

  @Test
  void theMendMendsIt() throws Exception {
    assertThat(freeze("setsid")).as("%s", Files.readString(home.resolve("frozen"))).isEqualTo("0");
  }

  private JsonNode said(String file) throws IOException {
    return new ObjectMapper().readTree(home.resolve(file).toFile());
  }

  /** Its exit status. */
  private String freeze(String... before) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");
    builder.command().addAll(List.of("sh", "-c", INSIDE, "sh"));
    builder.command().addAll(List.of(before));
    builder.command().add(Jdk.newest().tool("java"));
    builder.command().add("-javaagent:" + Places.AGENT + "=name=inside");
    builder.command().add("-Dcontrol=" + home);
    builder.command().addAll(List.of("-cp", Places.victims().toString()));
    builder.command().add(Heap.class.getName());
    builder.environment().put("HOME", home.toString());
    builder.environment().put("CKPT", Places.launcher().toString());
    builder.environment().put("SOJOURN_RUN_DIR", home.resolve("run").toString());
    builder.environment().put("SOJOURN_STATE_DIR", home.resolve("state").toString());
    Files.createDirectories(home.resolve("state"));
    Files.createSymbolicLink(home.resolve("state/criu"), Places.criu());
    Process process = builder.inheritIO().start();
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("the namespace ends")
        .isTrue();
    Files.delete(home.resolve("state/criu"));
    return Files.readString(home.resolve("status")).strip();
  }
}
